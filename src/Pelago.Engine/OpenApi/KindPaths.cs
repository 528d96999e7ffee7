// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Engine.Registry;
using Pelago.Kube;

namespace Pelago.Engine.OpenApi;

/// <summary>Writes the paths of one kind in one version: the collection, the object, and its subresources.</summary>
/// <param name="definitions">The definition name of a kind; null when nothing is known of its shape.</param>
internal sealed class KindPaths(Utf8JsonWriter json, OperationWriter operations, Func<GroupVersionKind, string?> definitions)
{
    private static readonly string[] PatchTypes =
    [
        "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json", "application/apply-patch+yaml",
    ];

    private static readonly string[] CustomPatchTypes =
        ["application/json-patch+json", "application/merge-patch+json", "application/apply-patch+yaml"];

    public void Write(ResourceKind kind, string version)
    {
        var names = new OperationNames(kind, version);
        string root = kind.Group.Length == 0 ? $"/api/{version}" : $"/apis/{kind.Group}/{version}";
        string collection = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Plural}" : $"{root}/{kind.Plural}";
        WriteCollection(kind, version, names, collection);
        if (kind.Namespaced && kind.Verbs.Contains("list"))
            WriteList(kind, version, names, $"{root}/{kind.Plural}");
        if (kind.Verbs.Contains("get"))
            WriteObject(kind, version, names, $"{collection}/{{name}}");
        foreach (Subresource subresource in kind.Subresources)
            WriteSubresource(kind, version, names, subresource, $"{collection}/{{name}}/{subresource.Name}");
    }

    private void WriteCollection(ResourceKind kind, string version, OperationNames names, string path)
    {
        GroupVersionKind gvk = kind.Gvk(version);
        string? definition = definitions(gvk);
        json.WriteStartObject(path);
        if (kind.Verbs.Contains("list"))
            operations.Write("get", List(kind, gvk, names, names.Id("list")));
        if (kind.Verbs.Contains("create"))
            operations.Write("post", names.Operation("create", "post", gvk) with
            {
                Parameters = Parameter.OfWrites,
                Body = definition,
                Result = definition,
                Codes = ["200", "201", "202"],
            });
        if (kind.Verbs.Contains("deletecollection"))
            operations.Write("delete", names.Operation("deleteCollection", "deletecollection", gvk) with
            {
                Parameters = Parameter.OfCollectionDeletes,
                Body = PathNames.DeleteOptions,
                Result = PathNames.Status,
            });
        operations.WriteParameters(kind.Namespaced ? [Parameter.PathNamespace, Parameter.Pretty] : [Parameter.Pretty]);
        json.WriteEndObject();
    }

    private void WriteList(ResourceKind kind, string version, OperationNames names, string path)
    {
        json.WriteStartObject(path);
        operations.Write("get", List(kind, kind.Gvk(version), names, names.ForAllNamespaces("list")));
        operations.WriteParameters([Parameter.Pretty]);
        json.WriteEndObject();
    }

    private Operation List(ResourceKind kind, GroupVersionKind gvk, OperationNames names, string id) => names.Operation("list", "list", gvk) with
    {
        Id = id,
        Parameters = Parameter.OfLists,
        Result = definitions(gvk with { Kind = kind.ListKind }),
    };

    private void WriteObject(ResourceKind kind, string version, OperationNames names, string path)
    {
        GroupVersionKind gvk = kind.Gvk(version);
        json.WriteStartObject(path);
        WriteVerbs(kind, gvk, names, kind.Verbs, definitions(gvk), "");
        if (kind.Verbs.Contains("delete"))
            operations.Write("delete", names.Operation("delete", "delete", gvk) with
            {
                Parameters = Parameter.OfDeletes,
                Body = PathNames.DeleteOptions,
                Result = PathNames.Status,
                Codes = ["200", "202"],
            });
        WriteObjectParameters(kind);
        json.WriteEndObject();
    }

    private void WriteSubresource(ResourceKind kind, string version, OperationNames names, Subresource subresource, string path)
    {
        var gvk = new GroupVersionKind(subresource.Group ?? kind.Group, subresource.Version ?? version, subresource.Kind);
        string suffix = OperationNames.Title(subresource.Name);
        json.WriteStartObject(path);
        if (subresource.Form == SubresourceForm.Connect)
        {
            foreach (string verb in subresource.Verbs)
                operations.Write(Method(verb), names.Operation("connect" + OperationNames.Title(Method(verb)), "connect", gvk, suffix));
        }
        else
        {
            string? definition = definitions(gvk);
            WriteVerbs(kind, gvk, names, subresource.Verbs, definition, suffix);
            if (subresource.Verbs.Contains("create"))
                operations.Write("post", names.Operation("create", "post", gvk, suffix) with
                {
                    Parameters = Parameter.OfWrites,
                    Body = definition,
                    Result = definition,
                    Codes = ["200", "201", "202"],
                });
        }
        WriteObjectParameters(kind);
        json.WriteEndObject();
    }

    /// <summary>get, put and patch of an object or of a part of it.</summary>
    private void WriteVerbs(ResourceKind kind, GroupVersionKind gvk, OperationNames names, IReadOnlyList<string> verbs, string? definition, string suffix)
    {
        if (verbs.Contains("get"))
            operations.Write("get", names.Operation("read", "get", gvk, suffix) with { Result = definition });
        if (verbs.Contains("update"))
            operations.Write("put", names.Operation("replace", "put", gvk, suffix) with
            {
                Parameters = Parameter.OfWrites,
                Body = definition,
                Result = definition,
                Codes = ["200", "201"],
            });
        if (verbs.Contains("patch"))
            operations.Write("patch", names.Operation("patch", "patch", gvk, suffix) with
            {
                Parameters = Parameter.OfPatches,
                Body = PathNames.Patch,
                BodyTypes = kind.IsCustom ? CustomPatchTypes : PatchTypes,
                Result = definition,
                Codes = ["200", "201"],
            });
    }

    private void WriteObjectParameters(ResourceKind kind) => operations.WriteParameters(
        kind.Namespaced ? [Parameter.PathName, Parameter.PathNamespace, Parameter.Pretty] : [Parameter.PathName, Parameter.Pretty]);

    private static string Method(string verb) => verb switch
    {
        "create" => "post",
        "update" => "put",
        _ => verb,
    };
}
