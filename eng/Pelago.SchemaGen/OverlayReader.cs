// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text.RegularExpressions;

namespace Pelago.SchemaGen;

/// <summary>Reads the overlay files: <c>package NAME</c>, then definitions, each with its indented field lines.</summary>
internal static class OverlayReader
{
    private static readonly Dictionary<string, Action<OverlayField, string>> Words = new()
    {
        ["required"] = (field, _) => field.Required = true,
        ["ptr"] = (field, _) => field.Pointer = true,
        ["zero"] = (field, _) => field.Zero = true,
        ["map"] = (field, value) => field.Atomic = value == "atomic",
        ["list"] = ReadList,
        ["merge"] = (field, value) => field.MergeKey = value,
        ["strategy"] = (field, value) => field.Strategy = value,
        ["default"] = (field, value) => field.Default = value,
        ["enum"] = (field, value) => field.Enum = value.Split('|'),
        ["type"] = (field, value) => field.Type = value,
        ["skip"] = (field, _) => field.Skip = true,
    };

    public static IReadOnlyList<OverlayDefinition> ReadFolder(string folder)
    {
        var all = new List<OverlayDefinition>();
        foreach (string file in Directory.EnumerateFiles(folder, "*.txt").Order(StringComparer.Ordinal))
            all.AddRange(ReadFile(file));
        return all;
    }

    private static List<OverlayDefinition> ReadFile(string file)
    {
        var definitions = new List<OverlayDefinition>();
        string? package = null;
        int number = 0;
        foreach (string line in File.ReadLines(file))
        {
            string place = $"{file}({++number})";
            if (line.Length == 0 || line[0] == '#')
                continue;
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words[0] == "package")
                package = words[1];
            else if (line[0] != ' ')
                definitions.Add(Head(words, package ?? throw new OverlayException(place, "a definition before the 'package' line"), place));
            else if (!definitions[^1].Fields.TryAdd(words[0], Field(words, place)))
                throw new OverlayException(place, $"{definitions[^1].FullName} lists {words[0]} twice");
        }
        return definitions;
    }

    private static OverlayDefinition Head(string[] words, string package, string place)
    {
        string[] unknown = [.. words.Skip(1).Except(["kind", "list", "map=atomic"])];
        if (unknown.Length > 0)
            throw new OverlayException(place, $"'{unknown[0]}' says nothing about a definition");
        return new OverlayDefinition
        {
            Package = package, Name = words[0], Place = place,
            IsKind = words.Contains("kind"), HasList = words.Contains("list"), Atomic = words.Contains("map=atomic"),
        };
    }

    private static OverlayField Field(string[] words, string place)
    {
        var field = new OverlayField { Place = place };
        foreach (string word in words.Skip(1))
        {
            int at = word.IndexOf('=', StringComparison.Ordinal);
            string key = at < 0 ? word : word[..at];
            string value = at < 0 ? "" : word[(at + 1)..];
            if (!Words.TryGetValue(key, out Action<OverlayField, string>? apply))
                throw new OverlayException(place, $"'{word}' says nothing about a field");
            apply(field, value);
        }
        return field;
    }

    private static void ReadList(OverlayField field, string value)
    {
        Match match = Regex.Match(value, @"^(atomic|set|map\(([\w,]+)\))$");
        if (!match.Success)
            throw new OverlayException(field.Place, $"'list={value}' is none of atomic, set, map(key,…)");
        field.ListType = value.Split('(')[0];
        field.ListMapKeys = field.ListType == "map" ? match.Groups[2].Value.Split(',') : [];
    }
}
