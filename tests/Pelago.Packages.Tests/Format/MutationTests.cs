// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using System.Text.Json.Nodes;
using Pelago.Kube;
using Pelago.Packages.Format;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Packages.Tests.Format;

/// <summary>Packages with one thing wrong each, made from good ones by a seeded choice of file, place and fault.</summary>
public sealed class MutationTests
{
    private const int Mutations = 200;

    [Fact]
    public void Each_of_200_mutations_of_the_samples_is_refused_with_a_place() => CheckAll(Universe.Samples);

    [Fact]
    public void Each_of_200_mutations_of_the_public_universe_is_refused_with_a_place() => CheckAll(Universe.Public);

    private static void CheckAll(string universe)
    {
        IReadOnlyList<RevisionFolder> folders = RevisionFolder.In(universe);
        var accepted = new List<string>();
        for (int seed = 0; seed < Mutations; seed++)
        {
            using var root = new TemporaryDirectory();
            var random = new Random(seed);
            RevisionFolder folder = folders[random.Next(folders.Count)];
            foreach (string original in Directory.EnumerateFiles(Path.GetDirectoryName(folder.File("x"))!))
            {
                string copy = root[Path.Combine(folder.RelativePath, Path.GetFileName(original))];
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(original, copy);
            }

            (string file, string done) = Mutate(root, folder, random, seed % 7);
            var faults = new List<PackageFault>();
            bool read = new PackageReader().Read(RevisionFolder.In(root.Path)[0], faults) is not null;
            if (read || faults.Exists(fault => fault.Line < 1) || !faults.Exists(fault => !fault.IsWarning && Path.GetFileName(fault.File) == file))
                accepted.Add($"{seed}: {folder.RelativePath}: {done}: {string.Join("; ", faults)}");
        }

        Assert.Empty(accepted);
    }

    /// <summary>Which file is wrong then, and what was done to it.</summary>
    private static (string File, string Done) Mutate(TemporaryDirectory root, RevisionFolder folder, Random random, int kind)
    {
        string package = root[$"{folder.RelativePath}/package.json"];
        JsonObject json = KubeJson.ParseObject(File.ReadAllBytes(package));
        switch (kind)
        {
            case 0:
                string field = Any(random, "name", "version", "maintainer", "description", "tags", "packagingVersion");
                json[field] = random.Next(2) == 0 ? 7 : new JsonObject();
                File.WriteAllBytes(package, KubeJson.ToUtf8(json));
                return ("package.json", $"wrong type of {field}");
            case 1:
                string text = Encoding.UTF8.GetString(KubeJson.ToUtf8(json));
                File.WriteAllText(package, $"{{\"{Any(random, [.. json.Select(pair => pair.Key)])}\":1,{text[1..]}");
                return ("package.json", "a key twice");
            case 2:
                json["description"] = json.String("description") + Any(random, "\u00fc", "\u2013", "\U0001F40B");
                File.WriteAllBytes(package, KubeJson.ToUtf8(json));
                return ("package.json", "not ASCII");
            case 3:
                json["name"] = Any(random, "Upper", "a_b", "-a", "a-", "9a", "a", "a.b", "");
                File.WriteAllBytes(package, KubeJson.ToUtf8(json));
                return ("package.json", "a bad name");
            case 4:
                Directory.Move(root[folder.PackagePath], root[$"{folder.PackagePath}x"]);
                return ("package.json", "another folder");
            case 5:
                json["packagingVersion"] = "4.0";
                File.WriteAllBytes(package, KubeJson.ToUtf8(json));
                File.WriteAllText(root[$"{folder.RelativePath}/command.json"], """{"pip": ["x"]}""");
                return ("command.json", "a command beside version 4");
            default:
                return MutateSchemaOrResource(root, folder, random);
        }
    }

    private static (string File, string Done) MutateSchemaOrResource(TemporaryDirectory root, RevisionFolder folder, Random random)
    {
        string name = random.Next(2) == 0 ? "config.json" : "resource.json";
        string file = root[$"{folder.RelativePath}/{name}"];
        JsonObject json = File.Exists(file) ? KubeJson.ParseObject(File.ReadAllBytes(file)) : [];
        string field = name == "config.json" ? Any(random, "properties", "required", "type", "title", "enum", "minimum") : Any(random, "images", "assets", "cli", "unknown");
        json[field] = true;
        File.WriteAllBytes(file, KubeJson.ToUtf8(json));
        return (name, $"wrong type of {field}");
    }

    private static string Any(Random random, params string[] choices) => choices[random.Next(choices.Length)];
}
