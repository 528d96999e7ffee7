// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Text.Json;

namespace Pelago.Engine.OpenApi;

/// <summary>The named types that are no objects with fields, in the words of each version.</summary>
internal static class LeafSchemas
{
    private const string Apiextensions = "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.";
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";
    private static readonly (string Keyword, string Json)[] AnyObject = [("type", "\"object\"")];
    private static readonly (string Keyword, string Json)[] Time = [("type", "\"string\""), ("format", "\"date-time\"")];

    private static readonly FrozenDictionary<string, ((string Keyword, string Json)[] V2, (string Keyword, string Json)[] V3)> Schemas =
        new Dictionary<string, ((string Keyword, string Json)[] V2, (string Keyword, string Json)[] V3)>
        {
            [Meta + "Time"] = (Time, Time),
            [Meta + "MicroTime"] = (Time, Time),
            [Meta + "FieldsV1"] = (AnyObject, AnyObject),
            [PathNames.Patch] = (AnyObject, AnyObject),
            ["io.k8s.apimachinery.pkg.runtime.RawExtension"] = (AnyObject, AnyObject),
            [Apiextensions + "CustomResourceSubresourceStatus"] = (AnyObject, AnyObject),
            [Apiextensions + "JSON"] = ([], []),
            [Apiextensions + "JSONSchemaPropsOrArray"] = ([], []),
            [Apiextensions + "JSONSchemaPropsOrBool"] = ([], []),
            [Apiextensions + "JSONSchemaPropsOrStringArray"] = ([], []),
            ["io.k8s.apimachinery.pkg.api.resource.Quantity"] =
                ([("type", "\"string\"")], [("oneOf", """[{"type":"string"},{"type":"number"}]""")]),
            ["io.k8s.apimachinery.pkg.util.intstr.IntOrString"] = (
                [("type", "\"string\""), ("format", "\"int-or-string\"")],
                [("format", "\"int-or-string\""), ("oneOf", """[{"type":"integer"},{"type":"string"}]""")]),
        }.ToFrozenDictionary();

    public static (string Keyword, string Json)[]? Find(string definition, OpenApiVersion version)
    {
        if (!Schemas.TryGetValue(definition, out ((string Keyword, string Json)[] V2, (string Keyword, string Json)[] V3) found))
            return null;
        return version == OpenApiVersion.V2 ? found.V2 : found.V3;
    }

    public static void Write(Utf8JsonWriter json, (string Keyword, string Json)[] keywords)
    {
        foreach ((string keyword, string value) in keywords)
        {
            json.WritePropertyName(keyword);
            json.WriteRawValue(value);
        }
    }
}
