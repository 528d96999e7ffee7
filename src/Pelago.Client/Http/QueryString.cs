// SPDX-License-Identifier: Apache-2.0

using System.Text;

namespace Pelago.Client.Http;

/// <summary>Spells the queries of the API as URL parameters.</summary>
internal static class QueryString
{
    public static string Of(ListQuery query, bool watch)
    {
        var text = new StringBuilder();
        if (watch)
            Add(text, "watch", "true");
        Add(text, "labelSelector", query.LabelSelector);
        Add(text, "fieldSelector", query.FieldSelector);
        Add(text, "resourceVersion", query.ResourceVersion);
        Add(text, "resourceVersionMatch", query.ResourceVersionMatch);
        Add(text, "limit", query.Limit?.ToString());
        Add(text, "continue", query.Continue);
        if (query.AllowWatchBookmarks)
            Add(text, "allowWatchBookmarks", "true");
        Add(text, "sendInitialEvents", query.SendInitialEvents switch { true => "true", false => "false", null => null });
        Add(text, "timeoutSeconds", query.TimeoutSeconds?.ToString());
        return text.ToString();
    }

    public static string Of(WriteQuery query)
    {
        var text = new StringBuilder();
        Add(text, "fieldManager", query.FieldManager);
        if (query.Force)
            Add(text, "force", "true");
        if (query.DryRun)
            Add(text, "dryRun", "All");
        Add(text, "fieldValidation", query.FieldValidation);
        return text.ToString();
    }

    public static string Of(DeleteQuery query)
    {
        var text = new StringBuilder();
        Add(text, "labelSelector", query.LabelSelector);
        Add(text, "fieldSelector", query.FieldSelector);
        return text.ToString();
    }

    public static void Add(StringBuilder text, string name, string? value)
    {
        if (value is not null)
            text.Append(text.Length == 0 ? '?' : '&').Append(name).Append('=').Append(Uri.EscapeDataString(value));
    }
}
