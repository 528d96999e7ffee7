// SPDX-License-Identifier: Apache-2.0

using k8s.Models;

namespace Pelago.SchemaGen;

/// <summary>The named types that are no objects with fields: how they are called and what JSON they are.</summary>
internal static class LeafTypes
{
    private const string Apiextensions = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private const string Time = Meta + "Time";
    private const string Quantity = "io.k8s.apimachinery.pkg.api.resource.Quantity";
    private const string IntOrString = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
    private const string Anything = """{"x-kubernetes-preserve-unknown-fields":true}""";
    private const string AnyObject = """{"type":"object","x-kubernetes-preserve-unknown-fields":true}""";

    /// <summary>Name to schema, as JSON.</summary>
    public static readonly IReadOnlyDictionary<string, string> Schemas = new SortedDictionary<string, string>(StringComparer.Ordinal)
    {
        [Time] = """{"type":"string","format":"date-time"}""",
        [Meta + "MicroTime"] = """{"type":"string","format":"date-time"}""",
        [Meta + "FieldsV1"] = AnyObject,
        ["io.k8s.apimachinery.pkg.runtime.RawExtension"] = AnyObject,
        [Quantity] = """{"type":"string","format":"quantity"}""",
        [IntOrString] = """{"format":"int-or-string","x-kubernetes-int-or-string":true}""",
        [Apiextensions + "CustomResourceSubresourceStatus"] = """{"type":"object"}""",
        [Apiextensions + "JSON"] = Anything,
        [Apiextensions + "JSONSchemaPropsOrArray"] = Anything,
        [Apiextensions + "JSONSchemaPropsOrBool"] = Anything,
        [Apiextensions + "JSONSchemaPropsOrStringArray"] = Anything,
    };

    public static string? ByOverlayName(string name) => Schemas.Keys.FirstOrDefault(full => full.EndsWith("." + name, StringComparison.Ordinal));

    public static string? Of(Type type)
    {
        if (type == typeof(DateTime))
            return Time;
        if (type == typeof(ResourceQuantity))
            return Quantity;
        return type == typeof(k8s.Models.IntOrString) ? IntOrString : null;
    }
}
