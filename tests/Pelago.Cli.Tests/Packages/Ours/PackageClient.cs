// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.Json.Nodes;
using Pelago.Cli.Tests.Clusters;
using Pelago.Kube;
using Xunit;

namespace Pelago.Cli.Tests.Packages.Ours;

/// <summary>A row of <c>clients.yaml</c>: how a package is used by a client of its own kind.</summary>
/// <param name="Options">With what it is installed; holes like <c>${ORIGIN}</c> are still in it.</param>
/// <param name="Write">The script that puts something in; null where nothing is kept.</param>
/// <param name="Read">The script that asks for it.</param>
/// <param name="Expect">A part of what it prints.</param>
/// <param name="Secret">The option that is the word <c>opens</c> at first, which the scripts say; null where there is none.</param>
/// <param name="Client">Programs that the scripts call, and the Debian packages that have them.</param>
/// <param name="Server">Programs that the package runs, likewise.</param>
internal sealed record PackageClient(
    string Package, string Options, string? Write, string Read, string Expect, string? Secret, IReadOnlyDictionary<string, string> Client, IReadOnlyDictionary<string, string> Server)
{
    private static readonly string[] Places = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
    private static readonly Lazy<IReadOnlyDictionary<string, PackageClient>> Rows = new(ReadAll);

    public static IReadOnlyDictionary<string, PackageClient> All => Rows.Value;

    /// <summary>What is not on this machine, in words; empty when all is there.</summary>
    public string Missing => string.Join(", ", (GivenCluster.HasImages ? Client : Client.Concat(Server)).Where(pair => !IsThere(pair.Key)).Select(pair => $"{pair.Key} (Debian: {pair.Value})"));

    private static bool IsThere(string program) => Places.Any(place => File.Exists(Path.Combine(place, program)));

    private static IReadOnlyDictionary<string, PackageClient> ReadAll()
    {
        byte[] text = File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Packages/Ours/clients.yaml"));
        Assert.True(YamlReader.TryReadFirst(text, out YamlDocument? document, out string? error), error);
        return KubeJson.ParseObject(document.Json).ToDictionary(pair => pair.Key, pair => Of(pair.Key, (JsonObject)pair.Value!));
    }

    private static PackageClient Of(string package, JsonObject row) => new(
        package, row.Object("options")!.ToJsonString(), row.String("write"), row.String("read")!, row.String("expect")!, row.String("secret"), Programs(row, "client"), Programs(row, "server"));

    private static Dictionary<string, string> Programs(JsonObject row, string side) => row.Object(side)!.ToDictionary(pair => pair.Key, pair => (string)pair.Value!);
}
