// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Cli.Dcsh;

/// <summary>
/// The head of a script: <c>#!</c> lines and options in <c>#dcsh: key=value key="a value"</c>, because Linux hands at most one argument to what stands
/// after <c>#!</c>. It ends with the first other line.
/// </summary>
internal sealed record ScriptHead(IReadOnlyDictionary<string, string> Options, IReadOnlyList<string> Interpreter, string Text)
{
    private const string Mark = "#dcsh:";
    private static readonly string[] Keys = ["image", "shell", "cpus", "mem", "n", "each", "cluster", "where", "timeout", "env", "stage", "return", "tty", "stdin", "label", "keep", "namespace"];

    /// <summary>
    /// Reads the head. <see cref="Text"/> is the script as its own interpreter is to see it: that one's line first, the rest of the head empty, so that
    /// the numbers of lines stay.
    /// </summary>
    public static ScriptHead Read(string text, string name)
    {
        var options = new Dictionary<string, string>(StringComparer.Ordinal);
        string? interpreter = null;
        int lines = 0, at = 0;
        while (at < text.Length && text[at] == '#')
        {
            int end = text.IndexOf('\n', at);
            string line = (end < 0 ? text[at..] : text[at..end]).TrimEnd('\r');
            if (line.StartsWith(Mark, StringComparison.Ordinal))
                Add(options, line[Mark.Length..], $"{name}:{lines + 1}");
            else if (line.StartsWith("#!", StringComparison.Ordinal) && !NamesDcsh(line))
                interpreter ??= line[2..].Trim();
            else if (!line.StartsWith("#!", StringComparison.Ordinal))
                break;
            lines++;
            at = end < 0 ? text.Length : end + 1;
        }

        if (options.GetValueOrDefault("shell") is { Length: > 0 } shell)
            interpreter = shell;
        IReadOnlyList<string> words = string.IsNullOrEmpty(interpreter) ? ["/bin/sh"] : Words(interpreter);
        string first = interpreter is null || lines == 0 ? "" : $"#!{interpreter}";
        return new ScriptHead(options, words, lines == 0 ? text : first + new string('\n', lines) + text[at..]);
    }

    /// <summary>As Linux reads it: the interpreter, and all that follows as one argument. <c>env NAME</c> is looked up where it runs.</summary>
    private static string[] Words(string interpreter)
    {
        int space = interpreter.IndexOfAny([' ', '\t']);
        return space < 0 ? [interpreter] : [interpreter[..space], interpreter[space..].Trim()];
    }

    private static bool NamesDcsh(string line) =>
        line.Split([' ', '\t', '/', '!'], StringSplitOptions.RemoveEmptyEntries).Contains("dcsh");

    private static void Add(Dictionary<string, string> options, string line, string where)
    {
        foreach (string word in SplitQuoted(line, where))
        {
            int equals = word.IndexOf('=', StringComparison.Ordinal);
            string key = equals < 0 ? word : word[..equals];
            if (!Keys.Contains(key))
            {
                string near = Spelling.Nearest(key, Keys) is { } guess ? $". Did you mean {guess}?" : "";
                throw new CliException($"{where}: no option {key}; there are: {string.Join(", ", Keys)}{near}", ExitCode.Usage);
            }

            // A word alone switches something on; lists grow over several lines.
            string value = equals < 0 ? "true" : word[(equals + 1)..];
            options[key] = key is "env" or "stage" or "return" && options.TryGetValue(key, out string? before) ? $"{before},{value}" : value;
        }
    }

    private static List<string> SplitQuoted(string line, string where)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        bool isQuoted = false;
        foreach (char character in line)
        {
            if (character == '"')
                isQuoted = !isQuoted;
            else if (!isQuoted && char.IsWhiteSpace(character))
                Take(words, word);
            else
                word.Append(character);
        }

        if (isQuoted)
            throw new CliException($"{where}: a quotation mark is not closed", ExitCode.Usage);
        Take(words, word);
        return words;
    }

    private static void Take(List<string> words, StringBuilder word)
    {
        if (word.Length > 0)
            words.Add(word.ToString());
        word.Clear();
    }
}
