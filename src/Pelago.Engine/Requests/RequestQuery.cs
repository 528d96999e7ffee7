// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.AspNetCore.WebUtilities;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Requests;

/// <summary>
/// The query of a request. Parameters are read as apimachinery converts them: a flag is on unless it says false or 0, an unreadable
/// number is a 400. Of repeated parameters the first counts.
/// </summary>
internal sealed class RequestQuery
{
    public static readonly RequestQuery Empty = new("");
    private readonly List<KeyValuePair<string, string>> _values = [];

    public RequestQuery(string query)
    {
        foreach (QueryStringEnumerable.EncodedNameValuePair pair in new QueryStringEnumerable(query))
            _values.Add(new KeyValuePair<string, string>(pair.DecodeName().ToString(), pair.DecodeValue().ToString()));
    }

    public bool IsWatch => Flag("watch") ?? false;

    public string? FieldSelector => this["fieldSelector"];

    public string? this[string name]
    {
        get
        {
            foreach ((string key, string value) in _values)
            {
                if (key == name)
                    return value;
            }

            return null;
        }
    }

    public IEnumerable<string> All(string name) => _values.Where(pair => pair.Key == name).Select(pair => pair.Value);

    public bool? Flag(string name) => this[name] switch
    {
        null => null,
        "0" => false,
        { } text => !text.Equals("false", StringComparison.OrdinalIgnoreCase),
    };

    public long? Number(string name)
    {
        if (this[name] is not { } text)
            return null;
        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
            ? number
            : throw new ApiStatusException(ApiStatus.BadRequest($"strconv.ParseInt: parsing \"{text}\": invalid syntax"));
    }

    public ListOptions ToListOptions() => _values.Count == 0 ? ListOptions.None : new ListOptions
    {
        LabelSelector = this["labelSelector"],
        FieldSelector = FieldSelector,
        ResourceVersion = this["resourceVersion"] ?? "",
        ResourceVersionMatch = this["resourceVersionMatch"] ?? "",
        Limit = Number("limit") ?? 0,
        Continue = this["continue"] ?? "",
        AllowWatchBookmarks = Flag("allowWatchBookmarks") ?? false,
        SendInitialEvents = Flag("sendInitialEvents"),
        TimeoutSeconds = Number("timeoutSeconds"),
    };

    public DeleteOptions ToDeleteOptions() => _values.Count == 0 ? DeleteOptions.None : new DeleteOptions
    {
        GracePeriodSeconds = Number("gracePeriodSeconds"),
        PropagationPolicy = this["propagationPolicy"],
        OrphanDependents = Flag("orphanDependents"),
        Uid = this["uid"] is { Length: > 0 } uid ? uid : null,
        ResourceVersion = this["resourceVersion"] is { Length: > 0 } version ? version : null,
        DryRun = IsDryRun("DeleteOptions"),
    };

    /// <summary><paramref name="kind"/> names the options in the complaint: CreateOptions, UpdateOptions, PatchOptions.</summary>
    public WriteOptions ToWriteOptions(string kind) => _values.Count == 0 ? WriteOptions.None : new WriteOptions
    {
        FieldManager = Manager(kind),
        Force = Flag("force") ?? false,
        DryRun = IsDryRun(kind),
        FieldValidation = this["fieldValidation"] switch
        {
            null or "" or "Warn" => FieldValidation.Warn,
            "Strict" => FieldValidation.Strict,
            "Ignore" => FieldValidation.Ignore,
            { } other => throw OptionInvalid(kind, "FieldValueNotSupported", "fieldValidation",
                $"Unsupported value: \"{other}\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\""),
        },
    };

    private string Manager(string kind)
    {
        string manager = this["fieldManager"] ?? "";
        if (manager.Length > WriteOptions.LongestManager)
            throw OptionInvalid(kind, "FieldValueTooLong", "fieldManager", $"Too long: may not be more than {WriteOptions.LongestManager} bytes");
        return manager;
    }

    private bool IsDryRun(string kind)
    {
        bool dryRun = false;
        foreach (string value in All("dryRun"))
        {
            dryRun = true;
            if (value is not "All")
                throw OptionInvalid(kind, "FieldValueNotSupported", "dryRun", $"Unsupported value: []string{{\"{value}\"}}: supported values: \"All\"");
        }

        return dryRun;
    }

    private static ApiStatusException OptionInvalid(string kind, string reason, string field, string message) =>
        new(ApiStatus.Invalid("meta.k8s.io", kind, "", [new StatusCause(reason, message, field)]));
}
