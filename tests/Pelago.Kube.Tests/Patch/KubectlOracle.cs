// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.IO;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Pelago.Kube.Tests.Patch;

/// <summary>
/// <c>kubectl patch --local</c>: upstream's own patch engines without a server. One process patches many documents with one patch.
/// </summary>
internal sealed class KubectlOracle(string path)
{
    public const string SkipReason = "no kubectl is installed here (Debian package kubectl): nothing to compare with";

    /// <summary>The oldest and the newest that the Debian package brings, or whatever is on the PATH; empty when there is none.</summary>
    public static async Task<KubectlOracle[]> OldestAndNewestAsync() => await FindInstalledAsync() switch
    {
        [] => [],
        [var only] => [new KubectlOracle(only)],
        [var oldest, .., var newest] => [new KubectlOracle(oldest), new KubectlOracle(newest)],
    };

    /// <summary>
    /// False for a patch of which kubectl 1.27 and older think otherwise: they leave the <c>$patch</c> of an item standing when its list is
    /// new. Later ones, and every server since 1.28, take it away.
    /// </summary>
    public bool Judges(JsonNode? patch) =>
        !path.EndsWith("kubectl.1.27", StringComparison.Ordinal) || patch?.ToJsonString().Contains("\"$patch\"", StringComparison.Ordinal) != true;

    public override string ToString() => Path.GetFileName(path);

    /// <summary>The patched documents in order, without those that failed, and the lines about these.</summary>
    public async Task<(List<JsonObject> Patched, string[] Errors)> PatchAsync(
        string type, IEnumerable<JsonObject> documents, JsonNode? patch, CancellationToken cancellation)
    {
        using var folder = new ScratchFolder();
        string file = Path.Combine(folder.Path, "documents.json");
        string patchFile = Path.Combine(folder.Path, "patch.json");
        var list = new JsonObject
        {
            ["apiVersion"] = "v1", ["kind"] = "List", ["items"] = new JsonArray([.. documents.Select(document => document.DeepClone())]),
        };
        await File.WriteAllBytesAsync(file, KubeJson.ToUtf8(list), cancellation);
        await File.WriteAllTextAsync(patchFile, patch?.ToJsonString() ?? "null", cancellation);
        (string output, string error) = await RunAsync(
            path, ["patch", "--local", "-f", file, "--type", type, "--patch-file", patchFile, "-o", "json"], cancellation);
        return (ReadAll(output), [.. error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(AsEngine)]);
    }

    /// <summary>Takes away what the command puts around an engine's message.</summary>
    private static string AsEngine(string line)
    {
        string message = line.StartsWith("error: ", StringComparison.Ordinal) ? line["error: ".Length..] : line;
        return Regex.Replace(message, @"^Object to be patched is missing field \((.*)\)$", "replace operation does not apply: doc is missing key: $1");
    }

    private static List<JsonObject> ReadAll(string output)
    {
        var all = new List<JsonObject>();
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(output), new JsonReaderOptions { AllowMultipleValues = true });
        while (reader.Read())
            all.Add(KubeJson.ParseObject(Encoding.UTF8.GetBytes(JsonElement.ParseValue(ref reader).GetRawText())));
        return all;
    }

    private static async Task<string[]> FindInstalledAsync()
    {
        try
        {
            (string files, _) = await RunAsync("dpkg", ["-L", "kubectl"], CancellationToken.None);
            string[] versions = [.. files.Split('\n').Where(file => Regex.IsMatch(file, @"/kubectl\.1\.\d+$")).Order(StringComparer.Ordinal)];
            if (versions.Length > 0)
                return versions;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            // No dpkg: the PATH is all there is.
        }
        return [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Select(folder => Path.Combine(folder, "kubectl")).Where(File.Exists).Take(1)];
    }

    private static async Task<(string Output, string Error)> RunAsync(string file, string[] arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(file, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false,
        };
        start.Environment["KUBECONFIG"] = "/dev/null";
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{file} did not start");
        Task<string> output = process.StandardOutput.ReadToEndAsync(cancellation);
        Task<string> error = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (await output, await error);
    }

    private sealed class ScratchFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("pelago-patch-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }
}
