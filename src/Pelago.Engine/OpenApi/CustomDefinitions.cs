// SPDX-License-Identifier: Apache-2.0

using Pelago.Engine.Registry;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.OpenApi;

/// <summary>Definitions of custom kinds: the group backwards, version, kind (<c>com.example.v1.CronTab</c>), and their lists.</summary>
internal static class CustomDefinitions
{
    public static string NameOf(GroupVersionKind kind) => $"{string.Join('.', kind.Group.Split('.').Reverse())}.{kind.Version}.{kind.Kind}";

    /// <summary>The kind and its list, as definitions with names.</summary>
    public static IEnumerable<SchemaNode> Of(ResourceKind kind, ServedVersion version, Func<string, SchemaNode> builtIn)
    {
        GroupVersionKind gvk = kind.Gvk(version.Name);
        SchemaNode known = version.Schema.Value ?? new SchemaNode { Type = "object", PreserveUnknownFields = true };
        SchemaNode named = known.Copy();
        named.DefinitionName = NameOf(gvk);
        named.GroupVersionKinds = [gvk];
        yield return named;
        yield return List(kind, gvk, named, builtIn);
    }

    private static SchemaNode List(ResourceKind kind, GroupVersionKind gvk, SchemaNode item, Func<string, SchemaNode> builtIn)
    {
        GroupVersionKind list = gvk with { Kind = kind.ListKind };
        SchemaNode podList = builtIn("io.k8s.api.core.v1.PodList");
        return new SchemaNode
        {
            DefinitionName = NameOf(list),
            GroupVersionKinds = [list],
            Type = "object",
            Description = $"{kind.ListKind} is a list of {kind.Kind}",
            Required = ["items"],
            Properties = new Dictionary<string, SchemaNode>
            {
                ["apiVersion"] = podList.Properties!["apiVersion"],
                ["items"] = new() { Type = "array", Items = item, Description = $"List of {kind.Plural}." },
                ["kind"] = podList.Properties["kind"],
                ["metadata"] = podList.Properties["metadata"],
            },
        };
    }
}
