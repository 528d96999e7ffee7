// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Pelago.Client;
using Pelago.Kube;

namespace Pelago.Hub.Cosmos;

/// <summary>One request that was read and whose sender is known.</summary>
/// <param name="User">The hub's cluster as whoever sent the request: it decides what he may.</param>
/// <param name="Body">Its fields, of the types that the endpoint has for them.</param>
/// <param name="Answer">In which form it is answered.</param>
internal sealed record CosmosCall(HttpContext Http, HttpKubeApi User, JsonObject Body, CosmosMediaType Answer)
{
    public CancellationToken Cancel => Http.RequestAborted;

    public string? Text(string field) => Body.String(field) is { Length: > 0 } text ? text : null;

    /// <summary>A field that the endpoint requires.</summary>
    public string Required(string field) => Body.String(field) ?? "";

    public JsonObject Options => Body.Object("options") ?? [];
}
