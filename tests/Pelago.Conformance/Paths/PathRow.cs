// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Conformance.Paths;

/// <summary>
/// One request and what answers it: <c>VERB PATH | HEADERS | BODY => CODE REASON TYPE</c>. In the table a line may have several verbs (commas between
/// them) and several paths (spaces): each verb is sent to each path. Headers are <c>Name=Value</c> with spaces between them, or <c>-</c>. A reason of <c>-</c> is that of
/// an answer that is no Status, or of one whose reason is not looked at; without a type a Status is JSON, and that of anything else is not looked at.
/// </summary>
public sealed record PathRow(string Verb, string Path, string Headers, string Body, int Code, string Reason, string Type)
{
    private const string Arrow = " => ";
    private const string Column = " | ";

    /// <summary>The rows of one line of the table.</summary>
    public static IEnumerable<string> Expand(string line)
    {
        int end = line.IndexOf(Column, StringComparison.Ordinal);
        if (end < 0)
            end = line.IndexOf(Arrow, StringComparison.Ordinal);
        string[] words = line[..end].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words[0].Split(',').SelectMany(verb => words.Skip(1).Select(path => $"{verb} {path}{line[end..]}"));
    }

    /// <summary>Reads a row that <see cref="Expand"/> made.</summary>
    public static PathRow Parse(string row)
    {
        int arrow = row.LastIndexOf(Arrow, StringComparison.Ordinal);
        string[] request = row[..arrow].Split(Column);
        string[] target = request[0].Split(' ');
        string[] answer = row[(arrow + Arrow.Length)..].Split(' ');
        string reason = Part(answer, 1) is "-" ? "" : Part(answer, 1);
        string type = answer.Length > 2 ? answer[2] : reason.Length > 0 ? "json" : "";
        return new PathRow(target[0], target[1], Part(request, 1), Part(request, 2), int.Parse(answer[0]), reason, type);
    }

    private static string Part(string[] parts, int index) => index < parts.Length ? parts[index].Trim() : "";
}
