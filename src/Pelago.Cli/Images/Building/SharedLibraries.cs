// SPDX-License-Identifier: Apache-2.0

using System.IO;

namespace Pelago.Cli.Images.Building;

/// <summary>Finds the shared libraries of this machine as its loader does: in the directories of ld.so.conf and the usual ones.</summary>
internal sealed class SharedLibraries
{
    private const string Configuration = "/etc/ld.so.conf";
    private const int MostIncludes = 8;
    private static readonly string[] Usual = ["/lib/x86_64-linux-gnu", "/lib/aarch64-linux-gnu", "/lib64", "/usr/lib64", "/lib", "/usr/lib"];
    private readonly IReadOnlyList<string> _directories = [.. Usual.Concat(Configured(Configuration, 0)).Where(Directory.Exists).Distinct(StringComparer.Ordinal)];
    private readonly SortedDictionary<string, string> _found = new(StringComparer.Ordinal);
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    /// <summary>Where they are for the loader, and the files themselves.</summary>
    public IReadOnlyDictionary<string, string> Found => _found;

    /// <summary>Adds what a program loads, and what that loads in turn. Libraries beside it come with it.</summary>
    public void AddFor(string program)
    {
        if (!_seen.Add(program) || ElfFile.TryRead(program) is not { } elf)
            return;
        if (elf.Interpreter is { } loader && File.Exists(loader))
            Add(loader);
        foreach (string name in elf.Needed)
        {
            if (File.Exists(Path.Combine(Path.GetDirectoryName(program)!, name)))
                continue;
            if (!TryAdd(name, elf.Machine))
                throw new CliException($"{program} needs {name}, which is in none of {string.Join(", ", _directories)}: the image cannot be made on this machine");
        }
    }

    /// <summary>Adds a library that is loaded by its name while a program runs.</summary>
    public bool TryAdd(string name, int? machine = null)
    {
        foreach (string directory in _directories)
        {
            string path = Path.Combine(directory, name);
            if (File.Exists(path) && ElfFile.TryRead(path) is { } elf && (machine is null || elf.Machine == machine))
            {
                Add(path);
                return true;
            }
        }
        return false;
    }

    private void Add(string path)
    {
        if (!_found.TryAdd(path, File.ResolveLinkTarget(path, returnFinalTarget: true)?.FullName ?? path))
            return;
        AddFor(path);
    }

    private static IEnumerable<string> Configured(string file, int depth)
    {
        if (depth > MostIncludes || !File.Exists(file))
            yield break;
        foreach (string line in File.ReadLines(file).Select(line => line.Split('#')[0].Trim()).Where(line => line.Length > 0))
        {
            if (!line.StartsWith("include ", StringComparison.Ordinal))
            {
                yield return line;
                continue;
            }
            string pattern = Path.Combine(Path.GetDirectoryName(file)!, line["include ".Length..].Trim());
            string directory = Path.GetDirectoryName(pattern)!;
            foreach (string included in Matching(directory, Path.GetFileName(pattern)))
            {
                foreach (string found in Configured(included, depth + 1))
                    yield return found;
            }
        }
    }

    private static IEnumerable<string> Matching(string directory, string pattern) =>
        Directory.Exists(directory) ? Directory.GetFiles(directory, pattern).Order(StringComparer.Ordinal) : [];
}
