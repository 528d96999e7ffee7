// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube.Patch;

/// <summary>
/// Keeps a small patch from making a huge or a bottomless document: copies are counted in bytes, nesting never passes
/// <see cref="KubeJson.MaxDepth"/>. An upper bound of the nesting is carried along, so that most operations measure nothing.
/// </summary>
internal sealed class JsonPatchLimits(JsonObject document)
{
    private const int MaxMeasurements = 100;
    private int _depth = DepthOf(document);
    private int _measurements;
    private long _copied;

    /// <summary>Before a value is put below <paramref name="above"/> containers.</summary>
    public void OnPlaced(JsonNode? value, int above)
    {
        int depth = above + DepthOf(value);
        if (depth > KubeJson.MaxDepth)
            throw TooDeep();
        _depth = Math.Max(_depth, depth);
    }

    public void OnCopied(JsonNode? value)
    {
        if (value is null)
            return;
        _copied += KubeJson.ToUtf8(value).Length;
        if (_copied > JsonPatch.MaxCopiedBytes)
        {
            throw PatchException.Unprocessable($"Unable to complete the copy, the accumulated size increase of copy is {_copied}, "
                + $"exceeding the limit {JsonPatch.MaxCopiedBytes}");
        }
    }

    /// <summary>After a value moved from below <paramref name="from"/> containers to below <paramref name="to"/>.</summary>
    public void OnMoved(JsonNode root, int from, int to)
    {
        _depth += Math.Max(0, to - from);
        if (_depth <= KubeJson.MaxDepth)
            return;
        _depth = DepthOf(root);
        // Each measurement walks the document; a patch that moves parts of a document at the limit to and fro is no honest one.
        if (_depth > KubeJson.MaxDepth || ++_measurements > MaxMeasurements)
            throw TooDeep();
    }

    private static PatchException TooDeep() =>
        PatchException.Unprocessable($"the patch nests the document deeper than {KubeJson.MaxDepth} levels");

    private static int DepthOf(JsonNode? node)
    {
        int below = 0;
        switch (node)
        {
            case JsonObject json:
                foreach ((_, JsonNode? value) in json)
                    below = Math.Max(below, DepthOf(value));
                return below + 1;
            case JsonArray array:
                foreach (JsonNode? item in array)
                    below = Math.Max(below, DepthOf(item));
                return below + 1;
            default:
                return 0;
        }
    }
}
