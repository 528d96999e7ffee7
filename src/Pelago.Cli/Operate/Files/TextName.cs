// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Cli.Operate.Files;

/// <summary>
/// What of a task is read, as a line says it: <c>log</c> (both streams; what is meant when nothing is said), <c>stdout</c>, <c>stderr</c>, or a path. A file
/// of such a name is <c>./log</c>.
/// </summary>
internal readonly record struct TextName(string Word)
{
    public const string Log = "log";

    /// <summary>The words that are no paths.</summary>
    public static readonly string[] Logs = [Log, "stdout", "stderr"];

    public bool IsLog => Word is Log or "stdout" or "stderr";

    /// <summary>Null for a log.</summary>
    public string? Path => IsLog ? null : Word;

    /// <summary>Of a log: the one stream that is meant.</summary>
    public string? Stream => Word switch { "stdout" => "Stdout", "stderr" => "Stderr", _ => null };

    public static TextName[] Of(string[]? words) => words is { Length: > 0 } ? [.. words.Select(word => new TextName(word))] : [new TextName(Log)];
}
