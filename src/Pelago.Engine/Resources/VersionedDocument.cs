// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json.Nodes;
using Pelago.Engine.Registry;
using Pelago.Engine.Schema.Defaults;
using Pelago.Kube;
using Pelago.Kube.Schema;

namespace Pelago.Engine.Resources;

/// <summary>Documents between the stored form and the form of a served version.</summary>
internal static class VersionedDocument
{
    /// <summary>True when the stored bytes are what a client of this version reads.</summary>
    public static bool IsStoredForm(ResourceKind kind, ServedVersion version) =>
        IsSameForm(kind, version) && kind.ReshapedAt == 0;

    /// <summary>The stored object in its stored form, as the kind's present schema has it.</summary>
    public static KubeObject Read(ResourceKind kind, ReadOnlyMemory<byte> stored)
    {
        KubeObject document = KubeObject.Parse(stored);
        if (!IsReshaped(kind, document.ApiVersion, document.ResourceVersion) || kind.StoredSchema.Value is not { } schema)
            return document;
        Pruning.Prune(document.Json, schema);
        KindDefaults.Apply(document, kind.Group, kind.Kind, schema);
        return document;
    }

    /// <summary>Rewrites in place where it can; the argument must not be used afterwards.</summary>
    public static KubeObject ToStored(ResourceKind kind, ServedVersion version, KubeObject document)
    {
        JsonObject stored = version.View?.ToStored(document.Json) ?? document.Json;
        stored["apiVersion"] = kind.StoredApiVersion;
        stored["kind"] = kind.Kind;
        return new KubeObject(stored);
    }

    /// <summary>Rewrites in place where it can; the argument must not be used afterwards.</summary>
    public static KubeObject FromStored(ResourceKind kind, ServedVersion version, KubeObject document)
    {
        JsonObject served = version.View?.FromStored(document.Json) ?? document.Json;
        served["apiVersion"] = kind.Gvk(version.Name).ApiVersion;
        served["kind"] = kind.Kind;
        return new KubeObject(served);
    }

    /// <summary>The bytes for a client of this version; the stored ones themselves when they fit.</summary>
    public static ReadOnlyMemory<byte> FromStored(ResourceKind kind, ServedVersion version, ReadOnlyMemory<byte> stored)
    {
        if (IsSameForm(kind, version) && (kind.ReshapedAt == 0 || !IsReshaped(kind, MetadataScan.Read(stored))))
            return stored;
        KubeObject served = FromStored(kind, version, Read(kind, stored));
        return StoredDocument.Encode(served, served.ApiVersion, kind.Kind, keepResourceVersion: true).Json;
    }

    private static bool IsSameForm(ResourceKind kind, ServedVersion version) =>
        version.View is null && version.Name == kind.StorageVersion && kind.StorageGroup is null;

    private static bool IsReshaped(ResourceKind kind, MetadataScan stored) => IsReshaped(kind, stored.ApiVersion, stored.ResourceVersion);

    /// <summary>By its version, too: a write that had begun by the old definition may end after the change of it.</summary>
    private static bool IsReshaped(ResourceKind kind, string apiVersion, string resourceVersion) => kind.ReshapedAt > 0
        && (apiVersion != kind.StoredApiVersion
            || (long.TryParse(resourceVersion, NumberStyles.None, CultureInfo.InvariantCulture, out long revision) && revision <= kind.ReshapedAt));
}
