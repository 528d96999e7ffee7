// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json.Nodes;
using Pelago.Engine.Admission;
using Pelago.Engine.Requests;
using Pelago.Kube;
using Xunit;

namespace Pelago.Engine.Tests.Admission;

/// <summary>Sends one write through one plugin, as the chain does.</summary>
internal static class Admitted
{
    private static readonly UserInfo Anybody = new("jane", "", ["system:authenticated"], UserInfo.Anonymous.Extra);

    public static AdmissionRequest Create(string resource, string json, string ns = "a", string group = "", UserInfo? user = null) => new()
    {
        User = user ?? Anybody,
        Operation = "CREATE",
        Resource = new GroupVersionResource(group, "v1", resource),
        Kind = "",
        Namespace = ns,
        Name = Parse(json).Name,
        Object = Parse(json),
        Warnings = [],
    };

    public static AdmissionRequest Update(string resource, string json, string old, string ns = "a", string group = "", UserInfo? user = null) =>
        Create(resource, json, ns, group, user) with { Operation = "UPDATE", Old = Parse(old) };

    public static AdmissionRequest Delete(string resource, string name, string ns = "") =>
        Create(resource, $$"""{"metadata":{"name":"{{name}}"} }""", ns) with { Operation = "DELETE", Object = null };

    /// <summary>Both phases; the object in the request carries the changes.</summary>
    public static async Task<ApiStatus?> SendAsync(this IAdmissionPlugin plugin, AdmissionRequest request)
    {
        if (!plugin.Handles(request))
            return null;
        return (request.Object is null ? null : await plugin.MutateAsync(request, TestContext.Current.CancellationToken))
            ?? await plugin.ValidateAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>The spec as it left the plugin.</summary>
    public static async Task<JsonObject> SpecAfterAsync(this IAdmissionPlugin plugin, AdmissionRequest request)
    {
        Assert.Null(await plugin.SendAsync(request));
        return request.Object!.Value.Spec!;
    }

    private static KubeObject Parse(string json) => KubeObject.Parse(Encoding.UTF8.GetBytes(json));
}
