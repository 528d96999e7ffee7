// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.OpenApi;

/// <summary>Operation ids and tags as upstream forms them: <c>readAppsV1NamespacedDeploymentStatus</c>, <c>apps_v1</c>.</summary>
internal sealed class OperationNames
{
    private readonly string _groupVersion;
    private readonly string _kind;
    private readonly string _tag;
    private readonly bool _namespaced;

    public OperationNames(ResourceKind kind, string version)
    {
        string group = kind.Group.Length == 0 ? "core" : kind.Group.Split('.')[0];
        if (kind.IsCustom)
            group = kind.Group;
        _groupVersion = Title(group) + Title(version);
        _tag = $"{group.Replace('.', '_')}_{version}";
        _kind = kind.Kind;
        _namespaced = kind.Namespaced;
    }

    /// <summary>An operation with its names; the rest is up to the caller.</summary>
    public Operation Operation(string verb, string action, GroupVersionKind gvk, string suffix = "") => new()
    {
        Id = Id(verb, suffix),
        Tag = _tag,
        Description = $"{verb} {(suffix.Length == 0 ? "" : suffix.ToLowerInvariant() + " of ")}{_kind}",
        Action = action,
        Kind = gvk,
    };

    public string Id(string verb, string suffix = "")
    {
        // deleteCollection stands around the name: deleteAppsV1CollectionNamespacedDeployment.
        (string start, string infix) = verb == "deleteCollection" ? ("delete", "Collection") : (verb, "");
        return $"{start}{_groupVersion}{infix}{(_namespaced ? "Namespaced" : "")}{_kind}{suffix}";
    }

    public string ForAllNamespaces(string verb) => $"{verb}{_groupVersion}{_kind}ForAllNamespaces";

    /// <summary><c>example.com</c> becomes <c>ExampleCom</c>.</summary>
    public static string Title(string text)
    {
        var title = new StringBuilder(text.Length);
        bool start = true;
        foreach (char c in text)
        {
            if (char.IsAsciiLetterOrDigit(c))
                title.Append(start ? char.ToUpperInvariant(c) : c);
            start = !char.IsAsciiLetterOrDigit(c);
        }
        return title.ToString();
    }
}
