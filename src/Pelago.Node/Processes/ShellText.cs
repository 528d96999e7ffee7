// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Node.Processes;

/// <summary>Writes words for /bin/sh.</summary>
internal static class ShellText
{
    /// <summary>One word, whatever is in it.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>True for what a shell can hold as a variable; Kubernetes also allows <c>a.b</c> and <c>a-b</c>.</summary>
    public static bool IsVariableName(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>A file that exports the variables a shell can hold.</summary>
    public static string Exports(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in environment.Where(pair => IsVariableName(pair.Key)))
            text.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        return text.ToString();
    }
}
