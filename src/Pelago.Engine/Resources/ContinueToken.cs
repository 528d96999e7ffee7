// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Nodes;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>
/// Where the next page of a list begins: <c>{"v":"meta.k8s.io/v1","rv":42,"start":"ns/name\u0000"}</c> in base64url, as upstream spells it.
/// <paramref name="Revision"/> -1: the rest of a list whose revision is gone, read at whatever is current.
/// </summary>
internal readonly record struct ContinueToken(long Revision, ObjectKey After)
{
    public const long Inconsistent = -1;
    private const string Version = "meta.k8s.io/v1";

    public override string ToString()
    {
        var json = new JsonObject { ["v"] = Version, ["rv"] = Revision, ["start"] = $"{After.Namespace}/{After.Name}\0" };
        return Base64Url.EncodeToString(KubeJson.ToUtf8(json));
    }

    /// <summary>Reads a token for a list of <paramref name="ns"/> (empty: all namespaces); else the reason of a 400.</summary>
    public static bool TryParse(string text, string ns, out ContinueToken token, [NotNullWhen(false)] out string? error)
    {
        token = default;
        error = null;
        JsonObject? json = Decode(text.TrimEnd('='));
        if (json is null)
            error = "continue key is not valid: invalid character in it";
        else if (json.String("v") != Version)
            error = $"continue key is not valid: server does not recognize this encoded version {json["v"]?.ToJsonString() ?? "\"\""}";
        else if (json.Integer("rv") is not { } revision || revision is 0 or < Inconsistent)
            error = "continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)";
        else if (!TryReadStart(json.String("start") ?? "", ns, out ObjectKey after))
            error = $"continue key is not valid: {json.String("start")?.TrimEnd('\0')}";
        else
            token = new ContinueToken(revision, after);
        return error is null;
    }

    private static JsonObject? Decode(string text)
    {
        try
        {
            return KubeJson.ParseObject(Base64Url.DecodeFromChars(text));
        }
        catch (Exception fault) when (fault is FormatException or JsonException)
        {
            return null;
        }
    }

    private static bool TryReadStart(string start, string ns, out ObjectKey after)
    {
        after = default;
        int slash = start.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0 || !start.EndsWith('\0') || start.Contains("..", StringComparison.Ordinal) || start.IndexOf('/', slash + 1) >= 0)
            return false;
        after = new ObjectKey(start[..slash], start[(slash + 1)..^1]);
        return ns.Length == 0 || after.Namespace == ns;
    }
}
