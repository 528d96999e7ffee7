// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Options;

/// <summary>
/// Which options of a package nobody is to read: those whose schema has a media type of a secret (<c>application/x-secret+string</c>) or the format
/// <c>password</c>, and texts and numbers whose name ends in <c>password</c>. A list, or a value of several shapes, that has one in it is one. The page hides
/// what it is told of here.
/// </summary>
/// <remarks>What was secret once stays it: <c>also</c> are paths of options that were kept secret, though another version's schema says nothing of them.</remarks>
public static class SecretOptions
{
    /// <summary>The names that lead to each, from the top of the options; none leads into another.</summary>
    /// <param name="schema">The package's config.json; null has none.</param>
    public static IReadOnlyList<string[]> Paths(JsonObject? schema, IEnumerable<string[]>? also = null)
    {
        IReadOnlyList<string[]> own = schema is null ? [] : new SecretSchema(schema).Paths();
        string[][] others = [.. also ?? []];
        if (others.Length == 0)
            return own;
        var known = new HashSet<string>(StringComparer.Ordinal);
        var paths = new List<string[]>();
        foreach (string[] path in own.Concat(others).OrderBy(path => path.Length)) // the whole before its parts
        {
            if (Enumerable.Range(1, path.Length).Any(length => known.Contains(Key(path[..length]))))
                continue;
            known.Add(Key(path));
            paths.Add(path);
        }

        return paths;

        static string Key(string[] path) => string.Join('\0', path);
    }

    /// <summary>The options that anybody may read, and the others. What is empty tells nothing and stays where it is.</summary>
    public static (JsonObject Open, JsonObject Secret) Split(JsonObject? schema, JsonObject options, IEnumerable<string[]>? also = null) => SplitAt(Paths(schema, also), options);

    /// <summary>Other options with the secrets of before that they do not name: whoever changes the options has not seen those. One that is given as empty goes.</summary>
    public static JsonObject Keep(JsonObject? schema, JsonObject before, JsonObject options, IEnumerable<string[]>? also = null)
    {
        var kept = (JsonObject)options.DeepClone();
        foreach (string[] path in Paths(schema, also))
        {
            if (Parent(before, path) is { } old && IsTold(old[path[^1]]) && Parent(kept, path)?.ContainsKey(path[^1]) != true)
                Put(kept, path, old[path[^1]]);
        }

        return kept;
    }

    /// <summary>Every text that is secret of these options.</summary>
    public static IReadOnlyList<string> Values(JsonObject? schema, JsonObject options, IEnumerable<string[]>? also = null)
    {
        var texts = new SecretTexts(new SecretSchema(schema ?? []));
        foreach (string[] path in Paths(schema, also))
        {
            if (Parent(options, path) is { } parent)
                texts.Add(path, parent[path[^1]]);
        }

        return texts.All;
    }

    internal static (JsonObject Open, JsonObject Secret) SplitAt(IReadOnlyList<string[]> paths, JsonObject options)
    {
        JsonObject open = (JsonObject)options.DeepClone(), secret = [];
        foreach (string[] path in paths)
        {
            if (Parent(open, path) is not { } parent || !IsTold(parent[path[^1]]))
                continue;
            Put(secret, path, parent[path[^1]]);
            parent.Remove(path[^1]);
            Prune(open, path);
        }

        return (open, secret);
    }

    /// <summary>The names that lead to each value of what was kept secret, the other half of <see cref="Split"/>.</summary>
    public static IEnumerable<string[]> PathsOf(JsonObject secret) => secret.SelectMany(pair => pair.Value is JsonObject { Count: > 0 } group
        ? PathsOf(group).Select(path => (string[])[pair.Key, .. path])
        : [[pair.Key]]);

    private static bool IsTold(JsonNode? value) => value switch
    {
        null => false,
        JsonArray items => items.Count > 0,
        JsonObject fields => fields.Count > 0,
        JsonValue text => !text.TryGetValue(out string? plain) || plain.Length > 0,
        _ => true,
    };

    private static JsonObject? Parent(JsonObject options, string[] path)
    {
        JsonObject? at = options;
        foreach (string name in path.AsSpan(0, path.Length - 1))
            at = at?[name] as JsonObject;
        return at;
    }

    private static void Put(JsonObject options, string[] path, JsonNode? value)
    {
        JsonObject at = options;
        foreach (string name in path.AsSpan(0, path.Length - 1))
            at = at.ObjectOrNew(name);
        at[path[^1]] = value?.DeepClone();
    }

    /// <summary>Objects that are empty now go, too.</summary>
    private static void Prune(JsonObject options, string[] path)
    {
        for (int length = path.Length - 1; length > 0; length--)
        {
            string[] here = path[..length];
            if (Parent(options, here) is not { } parent || parent[here[^1]] is not JsonObject { Count: 0 })
                return;
            parent.Remove(here[^1]);
        }
    }
}
