// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Pelago.Kube;

namespace Pelago.Engine.Controllers;

/// <summary>The metadata of one object that garbage collection decides on.</summary>
internal sealed record GraphObject(
    ObjectKey Key, string Uid, IReadOnlyList<OwnerReference> Owners, bool IsDeleting, bool HasForegroundFinalizer, bool HasOrphanFinalizer)
{
    public const string ForegroundFinalizer = "foregroundDeletion";
    public const string OrphanFinalizer = "orphan";

    public static GraphObject Read(ReadOnlyMemory<byte> utf8)
    {
        using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = KubeJson.MaxDepth });
        JsonElement metadata = document.RootElement.Child("metadata");
        bool foreground = false, orphan = false;
        foreach (JsonElement finalizer in metadata.Child("finalizers").Items())
        {
            foreground |= finalizer.ValueKind == JsonValueKind.String && finalizer.ValueEquals(ForegroundFinalizer);
            orphan |= finalizer.ValueKind == JsonValueKind.String && finalizer.ValueEquals(OrphanFinalizer);
        }
        OwnerReference[] owners = [.. metadata.Child("ownerReferences").Items().Select(Owner)];
        return new GraphObject(
            new ObjectKey(SharedText.Of(metadata.Text("namespace")), metadata.Text("name")), metadata.Text("uid"), owners,
            metadata.Text("deletionTimestamp").Length > 0, foreground, orphan);
    }

    private static OwnerReference Owner(JsonElement reference) => new(
        SharedText.Of(reference.Text("apiVersion")), SharedText.Of(reference.Text("kind")), SharedText.Of(reference.Text("name")),
        SharedText.Of(reference.Text("uid")), reference.Flag("controller"), reference.Flag("blockOwnerDeletion"));
}
