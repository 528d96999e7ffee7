// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Packages.Options;

/// <summary>Options on a command line: <c>service.cpus=2</c>. A dot within a name is written <c>\.</c>.</summary>
public static class OptionPath
{
    /// <summary>Sets what <c>path=value</c> says; the value is JSON where it can be read as such, else a string. False when there is no path.</summary>
    /// <param name="texts">Paths whose values are texts, also those that look like numbers: only quotes, and null, are read as JSON there.</param>
    public static bool TrySet(JsonObject options, string assignment, IReadOnlySet<string>? texts = null)
    {
        int sign = assignment.IndexOf('=', StringComparison.Ordinal);
        string[] names = sign < 1 ? [] : Names(assignment[..sign]);
        if (names.Length is 0 or > KubeJson.MaxDepth || Array.Exists(names, name => name.Length == 0))
            return false;
        JsonObject target = options;
        foreach (string name in names.AsSpan(0, names.Length - 1))
            target = target.ObjectOrNew(name);
        string value = assignment[(sign + 1)..];
        bool isText = texts?.Contains(assignment[..sign]) == true && value != "null" && !value.StartsWith('"');
        target[names[^1]] = isText ? JsonValue.Create(value) : Value(value);
        return true;
    }

    /// <summary>Sets the option at a path to a text as it is, whatever that looks like. False when there is no path.</summary>
    public static bool TrySetText(JsonObject options, string path, string text) => TrySet(options, $"{path}={JsonValue.Create(text).ToJsonString()}");

    internal static string Of(IEnumerable<string> names) => string.Join('.', names.Select(name => name.Replace(".", "\\.", StringComparison.Ordinal)));

    private static string[] Names(string path)
    {
        var names = new List<string>();
        var name = new StringBuilder();
        for (int i = 0; i < path.Length; i++)
        {
            if (path[i] == '\\' && i + 1 < path.Length && path[i + 1] == '.')
            {
                name.Append(path[++i]);
            }
            else if (path[i] == '.')
            {
                names.Add(name.ToString());
                name.Clear();
            }
            else
            {
                name.Append(path[i]);
            }
        }

        names.Add(name.ToString());
        return [.. names];
    }

    private static JsonNode? Value(string text)
    {
        try
        {
            return KubeJson.Parse(Encoding.UTF8.GetBytes(text));
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
