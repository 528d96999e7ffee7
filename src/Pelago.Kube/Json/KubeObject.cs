// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Nodes;

namespace Pelago.Kube;

/// <summary>A mutable document with the metadata that every Kubernetes object has. The tree stays the truth; this only names its places.</summary>
public readonly record struct KubeObject(JsonObject Json)
{
    public string ApiVersion => Json.String("apiVersion") ?? "";
    public string Kind => Json.String("kind") ?? "";

    /// <summary>The metadata object, made when absent.</summary>
    public JsonObject Metadata => Json.ObjectOrNew("metadata");
    public string Name { get => Metadata.String("name") ?? ""; set => Metadata["name"] = value; }
    public string GenerateName => Metadata.String("generateName") ?? "";
    public string Namespace { get => Metadata.String("namespace") ?? ""; set => Metadata["namespace"] = value; }
    public string Uid { get => Metadata.String("uid") ?? ""; set => Metadata["uid"] = value; }
    public string ResourceVersion => Metadata.String("resourceVersion") ?? "";
    public long Generation { get => Metadata.Integer("generation") ?? 0; set => Metadata["generation"] = value; }
    public string? DeletionTimestamp => Metadata.String("deletionTimestamp");
    public bool IsDeleting => DeletionTimestamp is not null;
    public JsonObject? Labels => Metadata.Object("labels");
    public JsonObject? Annotations => Metadata.Object("annotations");
    public JsonArray? Finalizers => Metadata.Array("finalizers");
    public JsonArray? OwnerReferences => Metadata.Array("ownerReferences");
    public JsonObject? Spec => Json.Object("spec");
    public JsonObject? Status => Json.Object("status");
    public ObjectKey Key => new(Namespace, Name);

    public static KubeObject Parse(ReadOnlyMemory<byte> utf8) => new(KubeJson.ParseObject(utf8));
    public byte[] ToUtf8() => KubeJson.ToUtf8(Json);
}
