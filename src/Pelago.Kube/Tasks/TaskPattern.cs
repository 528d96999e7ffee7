// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.RegularExpressions;

namespace Pelago.Kube;

/// <summary>How well a name fits a pattern; the better, the smaller. Only the best fits that there are count.</summary>
public enum TaskFit : byte
{
    Exact,
    Prefix,
    Substring,
    Glob,
    Regex,
    None,
}

/// <summary>
/// What a person types for a task. <c>web</c> is the pod or task of that name, else those whose names begin so, else those that contain it;
/// <c>web-*</c> is a glob of the whole name, <c>/^web-\d/</c> a regular expression anywhere in the id. With a slash, <c>shop/web</c>, the namespace is
/// part of what is compared; with two, <c>east/shop/web</c>, the first part is the cluster.
/// </summary>
public sealed class TaskPattern
{
    private readonly string _text;
    private readonly string? _cluster;
    private readonly bool _hasNamespace;
    private readonly Regex? _regex;
    private readonly bool _isGlob;
    private byte[]? _needle;

    private TaskPattern(string spelling, string text, string? cluster, Regex? regex, bool isGlob)
    {
        (Spelling, _text, _cluster, _regex, _isGlob) = (spelling, text, cluster, regex, isGlob);
        _hasNamespace = text.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>As it was typed.</summary>
    public string Spelling { get; }

    public static bool TryParse(string text, [NotNullWhen(true)] out TaskPattern? pattern, [NotNullWhen(false)] out string? error)
    {
        (pattern, error) = (null, null);
        if (text.Length is 0 or > TaskText.MaxPatternLength)
        {
            error = text.Length == 0 ? "the name of a task is empty" : $"the name of a task has more than {TaskText.MaxPatternLength} characters";
            return false;
        }

        if (TaskText.IsRegex(text))
        {
            if (!TaskText.TryRegex(text, out Regex? regex, out error))
                return false;
            pattern = new TaskPattern(text, text, null, regex, isGlob: false);
            return true;
        }

        string[] parts = text.Split('/', 3);
        (string? cluster, string rest) = parts.Length == 3 ? (parts[0], $"{parts[1]}/{parts[2]}") : (null, text);
        bool isGlob = TaskText.IsGlob(rest);
        pattern = new TaskPattern(text, rest, cluster, isGlob ? TaskText.Glob(rest) : null, isGlob);
        return true;
    }

    /// <summary>The pattern for tasks of one cluster alone; null when it is for another one.</summary>
    internal TaskPattern? Within(string cluster) =>
        _cluster is null ? this : _cluster == cluster ? new TaskPattern(_text, _text, null, _regex, _isGlob) : null;

    /// <summary>
    /// Whether tasks of a pod may fit, by its document as it is: a text that fits, or its part after the last dot and slash, is in the name of the pod or of
    /// a container, and so in the document. To be asked before the document is read.
    /// </summary>
    public bool MayBeIn(ReadOnlySpan<byte> pod) => _regex is not null || pod.IndexOf(_needle ??= Encoding.UTF8.GetBytes(_text[(_text.LastIndexOfAny(['.', '/']) + 1)..])) >= 0;

    /// <summary>How well a task fits.</summary>
    public TaskFit FitOf(PodTask task)
    {
        if (_cluster is not null && _cluster != task.Pod.Cluster)
            return TaskFit.None;
        Span<char> buffer = stackalloc char[PodTask.MaxIdLength];
        ReadOnlySpan<char> id = task.WriteId(buffer, out int nameAt);
        if (_regex is not null && !_isGlob)
            return TaskText.IsMatch(_regex, id) ? TaskFit.Regex : TaskFit.None;
        ReadOnlySpan<char> name = _hasNamespace ? id : id[nameAt..];
        ReadOnlySpan<char> pod = name[..^(task.Container.Length + 1)];
        if (_regex is not null)
            return TaskText.IsMatch(_regex, name) || TaskText.IsMatch(_regex, pod) ? TaskFit.Glob : TaskFit.None;
        int at = name.IndexOf(_text, StringComparison.Ordinal);
        return at switch
        {
            < 0 => TaskFit.None,
            0 => _text.Length == name.Length || _text.Length == pod.Length ? TaskFit.Exact : TaskFit.Prefix,
            _ => TaskFit.Substring,
        };
    }
}
