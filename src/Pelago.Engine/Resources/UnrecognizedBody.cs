// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Schema;
using Pelago.Kube;

namespace Pelago.Engine.Resources;

/// <summary>The words for a body that is not what the path asks for (apiserver pkg/endpoints/handlers/create.go, rest.go).</summary>
internal static class UnrecognizedBody
{
    private const int SummaryLength = 30;

    /// <summary>Not readable far enough to say what it is.</summary>
    public static ApiStatus Unreadable(string kind, string why, ReadOnlySpan<byte> body) =>
        ApiStatus.BadRequest($"the object provided is unrecognized (must be of type {kind}): {why} ({Summary(body)})");

    /// <summary>It says what it is, and that cannot be read or is something else.</summary>
    public static ApiStatus CannotBeHandled(string saidKind, string saidVersion, string kind, string why) =>
        ApiStatus.BadRequest($"{saidKind} in version \"{saidVersion}\" cannot be handled as a {kind}: {why}");

    /// <summary>The body says that it is of another kind: one that is served, or one that nobody knows.</summary>
    public static ApiStatus WrongKind(GroupVersionKind said, GroupVersionKind expected)
    {
        string why = BuiltInSchemas.Instance.NameOf(said) is null
            ? $"no kind \"{said.Kind}\" is registered for version \"{said.GroupVersion}\" in scheme \"pkg/api/legacyscheme/scheme.go:30\""
            : $"converting ({said.Version}.{said.Kind}) to ({GoPackage(expected.Group)}.{expected.Kind}): unknown conversion";
        return CannotBeHandled(said.Kind, said.Version, expected.Kind, why);
    }

    public static ApiStatus WrongVersion(string said, string expected) =>
        ApiStatus.BadRequest($"the API version in the data ({said}) does not match the expected API version ({expected})");

    public static ApiStatus WrongName(string inBody, string inPath) =>
        ApiStatus.BadRequest($"the name of the object ({inBody}) does not match the name on the URL ({inPath})");

    public static ApiStatus NoName(string inPath) =>
        ApiStatus.BadRequest($"the name of the object ({inPath} based on URL) was undeterminable: name must be provided");

    /// <summary>Of an update; a create says <see cref="WrongNamespace()"/>.</summary>
    public static ApiStatus WrongNamespace(string inBody, string inPath) =>
        ApiStatus.BadRequest($"the namespace of the object ({inBody}) does not match the namespace on the request ({inPath})");

    /// <summary>Upstream has no better code for it.</summary>
    public static ApiStatus ResourceVersionSet() =>
        new() { Code = 500, Reason = "", Message = "resourceVersion should not be set on objects to be created" };

    public static ApiStatus WrongNamespace() =>
        ApiStatus.BadRequest("the namespace of the provided object does not match the namespace sent on the request");

    /// <summary>Where upstream keeps its internal types.</summary>
    private static string GoPackage(string group) => group.Length == 0 ? "core" : group.Split('.')[0];

    private static string Summary(ReadOnlySpan<byte> body)
    {
        if (body.IsEmpty)
            return "<empty>";
        ReadOnlySpan<byte> shown = body.Length > SummaryLength ? body[..SummaryLength] : body;
        string text = body[0] == '{' ? Encoding.UTF8.GetString(shown) : Convert.ToHexStringLower(shown);
        return body.Length > SummaryLength ? $"{text} ..." : text;
    }
}
