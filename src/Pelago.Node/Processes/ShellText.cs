// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Node.Capabilities;

namespace Pelago.Node.Processes;

/// <summary>Writes words for /bin/sh.</summary>
internal static class ShellText
{
    /// <summary>Variables that a shell sets of its own.</summary>
    public static readonly string[] SetByShells = ["PWD", "OLDPWD", "SHLVL"];

    /// <summary>What the programs before a command would heed, as those of LD_ (ld.so(8)): they run as root and partly outside of the container.</summary>
    private static readonly string[] Heeded = ["GCONV_PATH", "GLIBC_TUNABLES", "LOCPATH"];

    /// <summary>What a shell cannot be told, or itself goes by: some cannot be set (a script ends there), some run commands, and it does so as root and partly outside of the container.</summary>
    private static readonly string[] OfShells =
    [
        "CDPATH", "DIRSTACK", "ENV", "EUID", "FUNCNAME", "GLOBIGNORE", "GROUPS", "IFS", "LINENO", "OPTARG", "OPTERR", "OPTIND", "PIPESTATUS", "POSIXLY_CORRECT",
        "PPID", "PROMPT_COMMAND", "PS1", "PS2", "PS3", "PS4", "RANDOM", "SECONDS", "SHELLOPTS", "SRANDOM", "UID", "_",
    ];

    /// <summary>One word, whatever is in it.</summary>
    public static string Quote(string word) => $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    public static string Quote(IEnumerable<string> words) => string.Join(' ', words.Select(Quote));

    /// <summary>True for what a shell can hold as a variable, and may: Kubernetes also allows <c>a.b</c> and <c>a-b</c>.</summary>
    public static bool IsForShells(string name) =>
        name.Length > 0 && !char.IsAsciiDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
        && !SetByShells.Contains(name) && !OfShells.Contains(name) && !name.StartsWith("BASH", StringComparison.Ordinal)
        && !Heeded.Contains(name) && !name.StartsWith("LD_", StringComparison.Ordinal);

    /// <summary>The words right before a command that give it the variables which are not for shells; none where there are none, or no env.</summary>
    public static IReadOnlyList<string> Env(IEnumerable<KeyValuePair<string, string>> environment, HostTools tools)
    {
        string[] words = [.. environment.Where(pair => !IsForShells(pair.Key)).Select(pair => $"{pair.Key}={pair.Value}")];
        return words.Length == 0 || tools.Env is null ? [] : [tools.Env, .. words];
    }

    /// <summary>A file that exports the variables that are for shells.</summary>
    public static string Exports(IEnumerable<KeyValuePair<string, string>> environment)
    {
        var text = new StringBuilder();
        foreach ((string name, string value) in environment.Where(pair => IsForShells(pair.Key)))
            text.Append("export ").Append(name).Append('=').Append(Quote(value)).Append('\n');
        return text.ToString();
    }
}
