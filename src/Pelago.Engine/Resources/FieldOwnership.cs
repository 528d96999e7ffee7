// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Kube;
using Pelago.Kube.Apply;

namespace Pelago.Engine.Resources;

/// <summary>
/// <c>metadata.managedFields</c> of every write. As upstream it is settled between the merge and admission, so that what admission fills in
/// belongs to nobody.
/// </summary>
internal sealed class FieldOwnership(TimeProvider time)
{
    private static readonly string[] MetadataOfMain = ["annotations", "finalizers", "labels", "ownerReferences"];

    /// <summary>Settles who owns what after a create (<paramref name="old"/> null), an update, or a patch that is no apply.</summary>
    public void Track(ResourceRequest request, WriteOptions options, KubeObject updated, KubeObject? old) => FieldTracker.TrackUpdate(
        old?.Json, updated.Json, request.Kind.StoredSchema.Value, options.FieldManager, ApiVersionOf(request), request.Subresource, time.GetUtcNow());

    /// <summary>Applies a configuration to an object in the version of the request; null creates it.</summary>
    public ApplyResult Apply(ResourceRequest request, WriteOptions options, JsonObject? current, JsonObject configuration) => ServerSideApply.Apply(
        current, configuration, request.Version.Schema.Value, options.FieldManager, request.Kind.Gvk(request.Version.Name).ApiVersion,
        request.Subresource, options.Force, time.GetUtcNow(), NotWritten(request));

    /// <summary>The entries of the stored form are those of the version that it has, when that is not the one of the request.</summary>
    private static string ApiVersionOf(ResourceRequest request) =>
        request.Version.View is null ? request.Kind.Gvk(request.Version.Name).ApiVersion : request.Kind.StoredApiVersion;

    /// <summary>What the endpoint never writes: the fields of the subresources, or all but its own.</summary>
    private static FieldSet NotWritten(ResourceRequest request)
    {
        var paths = new List<PathElement[]>();
        if (request.Subresource.Length == 0)
        {
            foreach (Subresource part in request.Kind.Subresources)
            {
                if (part.Form == SubresourceForm.Part && !part.IsEditedInPlace)
                    paths.AddRange(part.Fields.Select(Elements));
            }
        }
        else if (request.Kind.Subresource(request.Subresource) is { Form: SubresourceForm.Part } own)
        {
            HashSet<string> roots = [.. own.Fields.Select(field => field.Split('.')[0])];
            IEnumerable<string> others = request.Version.Schema.Value?.Properties?.Keys.Where(name => !roots.Contains(name) && name is not ("metadata" or "apiVersion" or "kind")) ?? ["spec"];
            paths.AddRange(others.Select(Elements));
            if (request.Kind.StatusKeepsMetadata)
                paths.AddRange(MetadataOfMain.Select(field => Elements($"metadata.{field}")));
        }

        return FieldSet.Of([.. paths]);
    }

    private static PathElement[] Elements(string path) => [.. path.Split('.').Select(PathElement.Field)];
}
