// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Pelago.Kube;

/// <summary>
/// A query as the parameters of a URL: <c>task</c> (repeated), <c>labelSelector</c>, <c>where</c>, <c>finished</c> (<c>include</c> or <c>only</c>),
/// <c>sort</c>, <c>limit</c>, <c>columns</c>. The namespace stands in the path.
/// </summary>
public static class TaskQueryText
{
    private const int MaxPatterns = 1_000;
    private const int MostTasks = 1_000_000_000;

    /// <summary>The parameters that say what is not the default.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Parameters(TaskQuery query)
    {
        foreach (TaskPattern pattern in query.Selector.Patterns)
            yield return new("task", pattern.Spelling);
        if (!query.Selector.Labels.IsEverything)
            yield return new("labelSelector", query.Selector.Labels.ToString());
        if (!query.Selector.Where.IsEmpty)
            yield return new("where", query.Selector.Where.ToString());
        if (query.Selector.Finished != FinishedTasks.WhenNothingRuns)
            yield return new("finished", query.Selector.Finished == FinishedTasks.Only ? "only" : "include");
        if (query.Order.Spelling.Length > 0)
            yield return new("sort", query.Order.Spelling);
        if (query.Limit > 0)
            yield return new("limit", query.Limit.ToString(CultureInfo.InvariantCulture));
        if (query.Fields is { } fields)
            yield return new("columns", string.Join(',', fields.Select(field => field.Name)));
    }

    /// <summary>Reads the parameters of a request.</summary>
    /// <param name="values">All values that a parameter has.</param>
    /// <param name="ns">Of the path; empty for all namespaces.</param>
    /// <param name="error">Names the parameter.</param>
    public static bool TryParse(Func<string, IEnumerable<string>> values, string ns, [NotNullWhen(true)] out TaskQuery? query, [NotNullWhen(false)] out string? error)
    {
        query = null;
        if (!TryPatterns(values("task"), out List<TaskPattern> patterns, out error))
            return false;
        string? First(string name) => values(name).FirstOrDefault();
        IReadOnlyList<TaskField>? fields = null;
        if (!LabelSelector.TryParse(First("labelSelector"), out LabelSelector? labels, out string? why))
            error = $"labelSelector: {why}";
        if (!TaskConditions.TryParse(First("where"), out TaskConditions? where, out why))
            error = $"where: {why}";
        if (!TaskOrder.TryParse(First("sort"), out TaskOrder? order, out why))
            error = $"sort: {why}";
        if (First("columns") is { Length: > 0 } columns && !TaskFields.TryParseList(columns, out fields, out why))
            error = $"columns: {why}";
        if (!int.TryParse(First("limit") ?? "0", NumberStyles.None, CultureInfo.InvariantCulture, out int limit))
            error = "limit: this is no whole number";
        FinishedTasks? finished = First("finished") switch
        {
            null or "" => FinishedTasks.WhenNothingRuns,
            "include" => FinishedTasks.Included,
            "only" => FinishedTasks.Only,
            _ => null,
        };
        if (finished is null)
            error = "finished: write include or only";
        if (error is not null)
            return false;
        query = new TaskQuery
        {
            Selector = new TaskSelector { Patterns = patterns, Namespace = ns, Labels = labels!, Where = where!, Finished = finished!.Value },
            Order = order!, Limit = Math.Min(limit, MostTasks), Fields = fields,
        };
        return true;
    }

    private static bool TryPatterns(IEnumerable<string> texts, out List<TaskPattern> patterns, [NotNullWhen(false)] out string? error)
    {
        patterns = [];
        error = null;
        foreach (string text in texts)
        {
            if (patterns.Count == MaxPatterns)
                error = $"task: more than {MaxPatterns} names";
            else if (!TaskPattern.TryParse(text, out TaskPattern? pattern, out string? why))
                error = $"task: {why}";
            else
                patterns.Add(pattern);
            if (error is not null)
                return false;
        }

        return true;
    }
}
