// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Engine.Resources;
using Pelago.Kube;

namespace Pelago.Engine.Server;

/// <summary>DeleteOptions in the body of a DELETE, of whatever API group they say they are.</summary>
internal static class DeleteBody
{
    public static DeleteOptions Read(JsonObject json)
    {
        string kind = json.String("kind") ?? "DeleteOptions";
        if (kind != "DeleteOptions")
            throw Bad($"unexpected kind {kind} in the body of a delete, expected DeleteOptions");
        JsonObject? preconditions = json.Object("preconditions");
        return new DeleteOptions
        {
            GracePeriodSeconds = json["gracePeriodSeconds"] is null ? null : json.Integer("gracePeriodSeconds") ?? throw Unreadable("gracePeriodSeconds"),
            PropagationPolicy = json["propagationPolicy"] is null ? null : json.String("propagationPolicy") ?? throw Unreadable("propagationPolicy"),
            OrphanDependents = json["orphanDependents"] is null ? null : json.Boolean("orphanDependents") ?? throw Unreadable("orphanDependents"),
            Uid = preconditions?.String("uid"),
            ResourceVersion = preconditions?.String("resourceVersion"),
            DryRun = IsDryRun(json.Array("dryRun")),
        };
    }

    public static JsonObject Parse(RequestBody request)
    {
        if (!request.TryToJson(out ReadOnlyMemory<byte> body, out string? error))
            throw Bad($"couldn't get version/kind; json parse error: {error}");
        try
        {
            return KubeJson.Parse(body) switch
            {
                JsonObject options => options,
                null => [], // no options
                var value => throw Bad($"couldn't get version/kind; json parse error: {GoJsonFault.NoDocument(value)}"),
            };
        }
        catch (JsonException fault)
        {
            throw Bad($"couldn't get version/kind; json parse error: {GoJsonFault.Describe(fault, body.Span)}");
        }
    }

    private static bool IsDryRun(JsonArray? values)
    {
        foreach (JsonNode? value in values ?? [])
        {
            if (value?.ToString() != "All")
            {
                throw new ApiStatusException(ApiStatus.Invalid("meta.k8s.io", "DeleteOptions", "",
                    [new StatusCause("FieldValueNotSupported", $"Unsupported value: []string{{\"{value}\"}}: supported values: \"All\"", "dryRun")]));
            }
        }

        return values is { Count: > 0 };
    }

    private static ApiStatusException Unreadable(string field) => Bad($"DeleteOptions.{field} is of another type");

    private static ApiStatusException Bad(string message) => new(ApiStatus.BadRequest(message));
}
