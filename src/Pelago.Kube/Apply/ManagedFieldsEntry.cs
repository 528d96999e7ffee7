// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Apply;

/// <summary>One entry of <c>metadata.managedFields</c>: which fields a manager owns, by which operation and in which version.</summary>
public sealed record ManagedFieldsEntry
{
    private readonly FieldSet _fields = FieldSet.Empty;
    private readonly string? _time;

    public required string Manager { get; init; }

    /// <summary><c>Apply</c> or <c>Update</c>.</summary>
    public required string Operation { get; init; }
    public required string ApiVersion { get; init; }

    /// <summary>Empty for writes of the object itself.</summary>
    public string Subresource { get; init; } = "";

    /// <summary>When the entry last gained or lost a field by its manager's own write (RFC 3339), or null.</summary>
    public string? Time
    {
        get => _time;
        init
        {
            Source = null;
            _time = value;
        }
    }

    public required FieldSet Fields
    {
        get => _fields;
        init
        {
            Source = null;
            _fields = value;
        }
    }

    public bool IsApply => Operation == FieldOwner.Apply;

    internal FieldOwner Owner => FieldOwner.Of(Manager, Operation, ApiVersion, Subresource);

    /// <summary>The JSON that says the same; null once something changed.</summary>
    internal JsonObject? Source { get; init; }

    /// <summary>Seconds since 1970, 0 without a time: what entries are sorted by.</summary>
    internal long Seconds =>
        DateTimeOffset.TryParse(Time, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time.ToUnixTimeSeconds()
            : 0;

    /// <summary>Reads one entry; null with the reason, in apimachinery's words, when it is malformed.</summary>
    internal static ManagedFieldsEntry? Decode(JsonObject json, int index, out string error)
    {
        string operation = json.String("operation") ?? "";
        string apiVersion = json.String("apiVersion") ?? "";
        string fieldsType = json.String("fieldsType") ?? "";
        error = "";
        FieldSet fields = FieldSet.Empty;
        if (operation is not (FieldOwner.Apply or FieldOwner.Update))
            error = "operation must be `Apply` or `Update`";
        else if (apiVersion.Length == 0)
            error = "apiVersion must not be empty";
        else if (fieldsType.Length == 0)
            error = $"missing fieldsType in managed fields entry {index}";
        else if (fieldsType != "FieldsV1")
            error = $"invalid fieldsType {GoText.Quote(fieldsType)} in managed fields entry {index}";
        else if (json.Object("fieldsV1") is { } set && !FieldsV1.TryDecode(set, out fields, out string reason))
            error = $"error decoding versioned set: {reason}";
        if (error.Length > 0)
            return null;
        return new ManagedFieldsEntry
        {
            Manager = json.String("manager") ?? "",
            Operation = operation,
            ApiVersion = apiVersion,
            Subresource = json.String("subresource") ?? "",
            Time = json.String("time"),
            Fields = fields,
            Source = json,
        };
    }

    internal JsonObject Encode()
    {
        if (Source is not null)
            return Source.Parent is null ? Source : (JsonObject)Source.DeepClone();
        var json = new JsonObject { ["manager"] = Manager, ["operation"] = Operation, ["apiVersion"] = ApiVersion };
        if (Time is not null)
            json["time"] = Time;
        json["fieldsType"] = "FieldsV1";
        json["fieldsV1"] = FieldsV1.Encode(Fields);
        if (Subresource.Length > 0)
            json["subresource"] = Subresource;
        return json;
    }
}
