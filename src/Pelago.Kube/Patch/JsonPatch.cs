// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>
/// JSON patch (RFC 6902, media type <c>application/json-patch+json</c>) with the habits of the library that API servers and kubectl use
/// (evanphx/json-patch 4.12), which scripts rely on: <c>replace</c> of a field that is not there adds it, <c>copy</c> of one adds null,
/// negative indexes count from the end, the whole document can be replaced but not added or removed.
/// Where that library crashes (a test of a list that holds null, an operation without the value it needs) the operation fails instead.
/// </summary>
public static class JsonPatch
{
    /// <summary>More operations than this are refused with 413.</summary>
    public const int MaxOperations = 10_000;

    /// <summary>How many bytes of JSON all copy operations of one patch may add.</summary>
    public const int MaxCopiedBytes = 3 * 1024 * 1024;

    private static readonly string[] StringFields = ["op", "path", "from"];

    /// <summary>
    /// Returns the patched document; the arguments stay as they were. Operations apply in order, and all of them or none.
    /// A <see cref="PatchException"/> says 400 for a malformed patch, 422 for one that does not apply, 413 for one beyond the limits.
    /// </summary>
    public static JsonObject Apply(JsonObject document, JsonNode? patch)
    {
        JsonArray operations = Operations(patch);
        var target = new JsonPatchTarget(document);
        foreach (JsonNode? operation in operations)
            target.Apply(operation as JsonObject ?? []);
        if (target.Root is JsonObject result)
            return result;
        throw PatchException.Invalid(
            target.Root.ToJsonString(), "json: cannot unmarshal array into Go value of type map[string]interface {}");
    }

    /// <summary>
    /// What strict field validation says of a patch: a text <c>json patch unknown field "[0].foo"</c> for each field that no operation has.
    /// </summary>
    public static IReadOnlyList<string> StrictErrors(JsonNode? patch)
    {
        var errors = new List<string>();
        JsonArray operations = Operations(patch);
        for (int i = 0; i < operations.Count; i++)
        {
            foreach ((string name, _) in operations[i] as JsonObject ?? [])
            {
                if (name is not ("op" or "path" or "from" or "value"))
                    errors.Add($"json patch unknown field \"[{i}].{name}\"");
            }
        }
        return errors;
    }

    private static JsonArray Operations(JsonNode? patch)
    {
        if (patch is null)
            return [];
        if (patch is not JsonArray operations)
            throw Undecodable(patch, "Go value of type []handlers.jsonPatchOp");
        foreach (JsonNode? operation in operations)
        {
            if (operation is not (null or JsonObject))
                throw Undecodable(operation, "Go value of type handlers.jsonPatchOp");
            foreach (string name in StringFields)
            {
                if (operation?[name] is { } value && value.GetValueKind() != JsonValueKind.String)
                    throw Undecodable(value, $"Go struct field jsonPatchOp.{name} of type string");
            }
        }
        if (operations.Count > MaxOperations)
            throw PatchException.TooLarge($"The allowed maximum operations in a JSON patch is {MaxOperations}, got {operations.Count}");
        return operations;
    }

    private static PatchException Undecodable(JsonNode value, string into) =>
        PatchException.BadRequest($"error decoding patch: json: cannot unmarshal {JsonTypeName.Of(value)} into {into}");
}
