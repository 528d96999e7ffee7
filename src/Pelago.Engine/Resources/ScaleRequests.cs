// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Engine.Schema;
using Pelago.Kube;
using Pelago.Kube.Apply;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Resources;

/// <summary>
/// Writes through the scale subresource: a Scale is made of the stored object, changed, and what it says of replicas goes back, with who
/// owns them.
/// </summary>
internal sealed class ScaleRequests(ObjectUpdater updater, TimeProvider time)
{
    private const string ApiVersion = "autoscaling/v1";

    public async ValueTask<ResourceResult> UpdateAsync(
        ResourceRequest request, ScaleMapping mapping, RequestBody body, WriteOptions options, CancellationToken cancel)
    {
        (JsonObject? scale, ApiStatus? refused) = DocumentDecoder.DecodeForeign(request, ScaleView.Kind, body);
        if (scale is null || refused is not null || (refused = DocumentPlace.Check(request, new KubeObject(scale))) is not null)
            return ResourceResult.Failed(refused!);
        ResourceResult? result = await updater.UpdateAsync(
            request, (old, _) => new(ToParent(request, mapping, options, old, (JsonObject)scale.DeepClone(), isApplied: false)), options.DryRun, cancel);
        return AsScale(result, request, mapping);
    }

    public async ValueTask<ResourceResult> PatchAsync(
        ResourceRequest request, ScaleMapping mapping, PatchStep patch, WriteOptions options, CancellationToken cancel)
    {
        ResourceResult? result = await updater.UpdateAsync(request, (old, _) => new(Patched(request, mapping, patch, options, old)), options.DryRun, cancel);
        return AsScale(result, request, mapping);
    }

    private (KubeObject Updated, ApiStatus? Refused) Patched(
        ResourceRequest request, ScaleMapping mapping, PatchStep patch, WriteOptions options, KubeObject old)
    {
        JsonObject current = Current(request, mapping, old);
        JsonObject? scale;
        ApiStatus? refused;
        if (patch.IsApply)
        {
            ApplyResult applied = ServerSideApply.Apply(
                current, patch.Configuration, Schema, options.FieldManager, ApiVersion, "scale", options.Force, time.GetUtcNow());
            (scale, refused) = (applied.Object, applied.Failure);
        }
        else
        {
            (scale, refused) = patch.Apply(current);
        }

        if (scale is null || (refused = DocumentPlace.Check(request, new KubeObject(scale))) is not null)
            return (default, refused);
        return ToParent(request, mapping, options, old, scale, patch.IsApply);
    }

    private static SchemaNode? Schema => BuiltInSchemas.Instance.Find(ScaleView.Kind);

    private static JsonObject Current(ResourceRequest request, ScaleMapping mapping, KubeObject old)
    {
        JsonObject scale = ScaleView.FromParent(old, mapping);
        if (ScaleOwnership.ToScale(old.Metadata.Array("managedFields"), ReplicasOf(request.Kind, mapping)) is { } entries)
            scale.Object("metadata")!["managedFields"] = entries;
        return scale;
    }

    private (KubeObject Updated, ApiStatus? Refused) ToParent(
        ResourceRequest request, ScaleMapping mapping, WriteOptions options, KubeObject old, JsonObject scale, bool isApplied)
    {
        var parent = new KubeObject((JsonObject)old.Json.DeepClone());
        if (ScaleView.ToParent(scale, parent, mapping) is { } invalid)
            return (default, invalid);
        if (!isApplied)
            FieldTracker.TrackUpdate(Current(request, mapping, old), scale, Schema, options.FieldManager, ApiVersion, "scale", time.GetUtcNow());
        JsonArray? entries = ScaleOwnership.ToParent(
            old.Metadata.Array("managedFields"), scale.Object("metadata")?.Array("managedFields"),
            request.Kind.Gvk(request.Version.Name).ApiVersion, ReplicasOf(request.Kind, mapping));
        if (entries is not null)
            parent.Metadata["managedFields"] = entries;
        var said = new KubeObject(scale);
        if (said.ResourceVersion.Length > 0)
            parent.Metadata["resourceVersion"] = said.ResourceVersion;
        else
            parent.Metadata.Remove("resourceVersion");
        if (said.Uid.Length > 0)
            parent.Uid = said.Uid;
        return (parent, null);
    }

    private static Dictionary<string, string[]> ReplicasOf(ResourceKind kind, ScaleMapping mapping) =>
        kind.Versions.ToDictionary(version => kind.Gvk(version.Name).ApiVersion, _ => mapping.SpecReplicas.Split('.'));

    private static ResourceResult AsScale(ResourceResult? result, ResourceRequest request, ScaleMapping mapping) => result switch
    {
        null => ResourceResult.Failed(ScaleView.NotFound(request)),
        { IsSuccess: true } done => ResourceResult.Of(KubeJson.ToUtf8(ScaleView.FromParent(KubeObject.Parse(done.Bytes), mapping)), done.Code),
        { } failed => failed,
    };
}
