// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;
using Pelago.Kube.Schema;

namespace Pelago.Kube.Patch;

/// <summary>
/// Strategic merge patch (media type <c>application/strategic-merge-patch+json</c>): a merge patch whose lists merge by the keys that the
/// schema names, with the directives <c>$patch</c>, <c>$retainKeys</c>, <c>$setElementOrder/x</c> and <c>$deleteFromPrimitiveList/x</c>.
/// Behaviour is that of apimachinery pkg/util/strategicpatch, directives that it leaves standing in new objects included; where its
/// outcome depends on the order of a hash map, deletions from primitive lists come first here.
/// </summary>
public static class StrategicMergePatch
{
    /// <summary>
    /// Returns the patched document; the arguments stay as they were. A patch that is not an object, or whose directives do not
    /// fit, is a <see cref="PatchException"/>. A null schema means that nothing is known of any field: then every list is replaced.
    /// </summary>
    public static JsonObject Apply(JsonObject document, JsonNode? patch, SchemaNode? schema)
    {
        if (patch is not (null or JsonObject))
        {
            throw PatchException.BadRequest(
                $"json: cannot unmarshal {JsonTypeName.Of(patch)} into Go value of type map[string]interface {{}}");
        }
        var original = (JsonObject)document.DeepClone();
        return patch is null ? original : StrategicMerge.Merge(original, (JsonObject)patch.DeepClone(), schema);
    }
}
