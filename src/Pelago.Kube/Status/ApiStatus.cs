// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>One field that a request got wrong: <c>reason</c> is a CauseType such as <c>FieldValueRequired</c>.</summary>
public sealed record StatusCause(string Reason, string Message, string? Field = null);

/// <summary>
/// The Kubernetes Status: the one error value of Pelago, on the wire and between its parts.
/// <see cref="Code"/> is the HTTP status code; <see cref="RetryAfterSeconds"/> 0 means "not said".
/// Texts follow apimachinery pkg/api/errors/errors.go, because clients match them.
/// </summary>
public sealed record ApiStatus
{
    public required int Code { get; init; }
    public required string Reason { get; init; }
    public required string Message { get; init; }
    public GroupResource? Resource { get; init; }

    /// <summary>What <c>details.kind</c> says when it is a kind and not a resource (Invalid does so).</summary>
    public string? DetailsKind { get; init; }
    public string? Name { get; init; }
    public string? Uid { get; init; }
    public int RetryAfterSeconds { get; init; }
    public IReadOnlyList<StatusCause> Causes { get; init; } = [];

    /// <summary>The <c>metadata.continue</c> of a 410 that lets a client go on with an inconsistent list.</summary>
    public string? Continue { get; init; }

    public bool IsNotFound => Reason == StatusReason.NotFound;
    public bool IsConflict => Reason == StatusReason.Conflict;
    public bool IsAlreadyExists => Reason == StatusReason.AlreadyExists;

    public static ApiStatus NotFound(GroupResource resource, string name) => new()
    {
        Code = 404, Reason = StatusReason.NotFound, Message = $"{resource} \"{name}\" not found", Resource = resource, Name = name,
    };

    /// <summary>The path itself names nothing that is served.</summary>
    public static ApiStatus NoSuchPath() => new()
    {
        Code = 404, Reason = StatusReason.NotFound, Message = "the server could not find the requested resource",
    };

    public static ApiStatus AlreadyExists(GroupResource resource, string name) => new()
    {
        Code = 409, Reason = StatusReason.AlreadyExists, Message = $"{resource} \"{name}\" already exists", Resource = resource, Name = name,
    };

    public static ApiStatus Conflict(GroupResource resource, string name, string? why = null) => new()
    {
        Code = 409, Reason = StatusReason.Conflict, Resource = resource, Name = name,
        Message = $"Operation cannot be fulfilled on {resource} \"{name}\": "
            + (why ?? "the object has been modified; please apply your changes to the latest version and try again"),
    };

    public static ApiStatus BadRequest(string message) => new() { Code = 400, Reason = StatusReason.BadRequest, Message = message };

    public static ApiStatus Unauthorized() => new() { Code = 401, Reason = StatusReason.Unauthorized, Message = "Unauthorized" };

    public static ApiStatus Forbidden(GroupResource resource, string name, string why) => new()
    {
        Code = 403, Reason = StatusReason.Forbidden, Resource = resource, Name = name,
        Message = name.Length == 0 ? $"{resource} is forbidden: {why}" : $"{resource} \"{name}\" is forbidden: {why}",
    };

    /// <summary>422 with one cause per field; the message lists them as upstream's aggregate does.</summary>
    public static ApiStatus Invalid(string group, string kind, string name, IReadOnlyList<StatusCause> causes)
    {
        string title = group.Length == 0 ? kind : $"{kind}.{group}";
        var lines = new List<string>(causes.Count);
        foreach (StatusCause cause in causes)
            lines.Add(cause.Field is null ? cause.Message : $"{cause.Field}: {cause.Message}");
        string all = lines.Count == 1 ? lines[0] : $"[{string.Join(", ", lines)}]";
        return new ApiStatus
        {
            Code = 422, Reason = StatusReason.Invalid, Message = $"{title} \"{name}\" is invalid: {all}",
            Resource = new GroupResource(group, ""), DetailsKind = kind, Name = name, Causes = causes,
        };
    }

    public static ApiStatus MethodNotAllowed() => new()
    {
        Code = 405, Reason = StatusReason.MethodNotAllowed, Message = "the server does not allow this method on the requested resource",
    };

    public static ApiStatus Expired(string message, string? continueToken = null) => new()
    {
        Code = 410, Reason = StatusReason.Expired, Message = message, Continue = continueToken,
    };

    public static ApiStatus TooManyRequests(string message, int retryAfterSeconds) => new()
    {
        Code = 429, Reason = StatusReason.TooManyRequests, Message = message, RetryAfterSeconds = retryAfterSeconds,
    };

    public static ApiStatus Internal(string message) => new()
    {
        Code = 500, Reason = StatusReason.InternalError, Message = $"Internal error occurred: {message}",
    };

    public static ApiStatus Unavailable(string message, int retryAfterSeconds = 0) => new()
    {
        Code = 503, Reason = StatusReason.ServiceUnavailable, Message = message, RetryAfterSeconds = retryAfterSeconds,
    };

    /// <summary>The wire form: <c>{"kind":"Status","apiVersion":"v1",…}</c>.</summary>
    public JsonObject ToJson()
    {
        var metadata = new JsonObject();
        if (Continue is not null)
            metadata["continue"] = Continue;
        var json = new JsonObject
        {
            ["kind"] = "Status",
            ["apiVersion"] = "v1",
            ["metadata"] = metadata,
            ["status"] = "Failure",
            ["message"] = Message,
        };
        if (Reason.Length > 0)
            json["reason"] = Reason;
        if (Details() is { Count: > 0 } details)
            json["details"] = details;
        json["code"] = Code;
        return json;
    }

    /// <summary>Reads a Status document; null when the document is not a Failure status.</summary>
    public static ApiStatus? FromJson(JsonNode? node) => node is JsonObject json && json.String("kind") == "Status" && json.String("status") != "Success" ? FromFailure(json) : null;

    /// <summary>Reads what is known to be a Failure status: kubelets leave its kind out where they tell how a command ended.</summary>
    public static ApiStatus FromFailure(JsonObject json)
    {
        JsonObject? details = json.Object("details");
        var causes = new List<StatusCause>();
        foreach (JsonNode? item in details?.Array("causes") ?? [])
        {
            if (item is JsonObject cause)
                causes.Add(new StatusCause(cause.String("reason") ?? "", cause.String("message") ?? "", cause.String("field")));
        }
        return new ApiStatus
        {
            Code = (int)(json.Integer("code") ?? 500),
            Reason = json.String("reason") ?? "",
            Message = json.String("message") ?? "",
            Resource = details is null ? null : new GroupResource(details.String("group") ?? "", details.String("kind") ?? ""),
            Name = details?.String("name"),
            Uid = details?.String("uid"),
            RetryAfterSeconds = (int)(details?.Integer("retryAfterSeconds") ?? 0),
            Causes = causes,
            Continue = json.Object("metadata")?.String("continue"),
        };
    }

    private JsonObject Details()
    {
        var details = new JsonObject();
        if (!string.IsNullOrEmpty(Name))
            details["name"] = Name;
        if (!string.IsNullOrEmpty(Resource?.Group))
            details["group"] = Resource.Value.Group;
        string? kind = DetailsKind ?? Resource?.Resource;
        if (!string.IsNullOrEmpty(kind))
            details["kind"] = kind;
        if (!string.IsNullOrEmpty(Uid))
            details["uid"] = Uid;
        if (Causes.Count > 0)
        {
            var causes = new JsonArray();
            foreach (StatusCause cause in Causes)
            {
                var item = new JsonObject { ["reason"] = cause.Reason, ["message"] = cause.Message };
                if (!string.IsNullOrEmpty(cause.Field))
                    item["field"] = cause.Field;
                causes.Add((JsonNode)item);
            }
            details["causes"] = causes;
        }
        if (RetryAfterSeconds > 0)
            details["retryAfterSeconds"] = RetryAfterSeconds;
        return details;
    }
}
