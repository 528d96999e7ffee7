// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Tables;

/// <summary>Volumes, claims, classes and the CSI kinds.</summary>
internal static class StorageTables
{
    private const string ClassAnnotation = "volume.beta.kubernetes.io/storage-class";

    private static readonly string[] DefaultAnnotations =
        ["storageclass.kubernetes.io/is-default-class", "storageclass.beta.kubernetes.io/is-default-class"];

    private static readonly (string Mode, string Short)[] AccessModes =
        [("ReadWriteOnce", "RWO"), ("ReadOnlyMany", "ROX"), ("ReadWriteMany", "RWX"), ("ReadWriteOncePod", "RWOP")];

    public static IEnumerable<KeyValuePair<string, TablePrinter>> All() => new Dictionary<string, TablePrinter>
    {
        ["persistentvolumes"] = TablePrinter.Of(
            Column.Name, Column.String("Capacity", "Size of the volume.", item => Amounts.Print(item.At("spec", "capacity", "storage"))),
            Column.String("Access Modes", "How it may be mounted.", item => Modes(item, "spec")),
            Column.Text("Reclaim Policy", "spec.persistentVolumeReclaimPolicy", "What becomes of it when its claim goes."),
            Column.String("Status", "Whether it is bound.", Phase),
            Column.String("Claim", "Claim that it is bound to.", Claim),
            Column.String("StorageClass", "Class that it belongs to.", Class),
            Column.Text("VolumeAttributesClass", "spec.volumeAttributesClassName", "Class of its attributes.", Column.Unset),
            Column.Text("Reason", "status.reason", "Why it failed."), Column.Age,
            Column.Text("VolumeMode", "spec.volumeMode", "File system or block device.", Column.Unset).Wide),
        ["persistentvolumeclaims"] = TablePrinter.Of(
            Column.Name, Column.String("Status", "Whether it is bound.", Phase),
            Column.Text("Volume", "spec.volumeName", "Volume that it is bound to."),
            Column.String("Capacity", "Size that it got.", item => IsBound(item) ? Amounts.Print(item.At("status", "capacity", "storage")) : ""),
            Column.String("Access Modes", "How it may be mounted.", item => IsBound(item) ? Modes(item, "status") : ""),
            Column.String("StorageClass", "Class that it asks for.", Class),
            Column.Text("VolumeAttributesClass", "spec.volumeAttributesClassName", "Class of its attributes.", Column.Unset), Column.Age,
            Column.Text("VolumeMode", "spec.volumeMode", "File system or block device.", Column.Unset).Wide),
        ["storageclasses.storage.k8s.io"] = TablePrinter.Of(
            Column.Name with { Cell = item => IsDefault(item) ? item.Name + " (default)" : item.Name },
            Column.Text("Provisioner", "provisioner", "What makes volumes of this class."),
            Column.Text("ReclaimPolicy", "reclaimPolicy", "What becomes of a volume when its claim goes.", "Delete"),
            Column.Text("VolumeBindingMode", "volumeBindingMode", "When a volume is bound.", "Immediate"),
            Column.Flag("AllowVolumeExpansion", "allowVolumeExpansion", "Whether volumes may grow.", type: "string"), Column.Age),
        ["volumeattachments.storage.k8s.io"] = TablePrinter.Of(
            Column.Name,
            new CellColumn(new TableColumn("Attacher", "string", "Driver that attaches.", Format: "name"), item => item.Text("spec", "attacher") ?? ""),
            Column.Text("PV", "spec.source.persistentVolumeName", "Volume."), Column.Text("Node", "spec.nodeName", "Node."),
            Column.Flag("Attached", "status.attached", "Whether it is done."), Column.Age),
        ["csinodes.storage.k8s.io"] = TablePrinter.Of(Column.Name, Column.Count("Drivers", "spec.drivers", "Drivers on the node."), Column.Age),
        ["csidrivers.storage.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Flag("AttachRequired", "spec.attachRequired", "Whether volumes are attached before they are mounted.", absent: true),
            Column.Flag("PodInfoOnMount", "spec.podInfoOnMount", "Whether the driver is told of the pod."),
            Column.Flag("StorageCapacity", "spec.storageCapacity", "Whether the driver reports capacity."),
            Column.String("TokenRequests", "Audiences of tokens that the driver wants.", TokenRequests),
            Column.Flag("RequiresRepublish", "spec.requiresRepublish", "Whether volumes are published again and again."),
            Column.String("Modes", "Lifecycles of volumes that it serves.", Lifecycles), Column.Age),
        ["csistoragecapacities.storage.k8s.io"] = TablePrinter.Of(
            Column.Name, Column.Text("StorageClassName", "storageClassName", "Class."),
            Column.String("Capacity", "Space that is left.", item => item.At("capacity") is { } capacity ? Amounts.Print(capacity) : Column.Unset)),
    };

    private static bool IsBound(PrintedObject claim) => !string.IsNullOrEmpty(claim.Text("spec", "volumeName"));

    private static string Phase(PrintedObject item) => item.IsDeleting ? "Terminating" : item.Text("status", "phase") ?? "";

    private static string Claim(PrintedObject volume) =>
        volume.Object("spec", "claimRef") is { } claim ? $"{claim.String("namespace")}/{claim.String("name")}" : "";

    private static string Class(PrintedObject item) =>
        item.Text("metadata", "annotations", ClassAnnotation) ?? item.Text("spec", "storageClassName") ?? "";

    private static string Modes(PrintedObject item, string part)
    {
        IReadOnlyList<string> modes = item.Texts(part, "accessModes");
        return string.Join(',', AccessModes.Where(known => modes.Contains(known.Mode)).Select(known => known.Short));
    }

    private static bool IsDefault(PrintedObject item) =>
        Array.Exists(DefaultAnnotations, annotation => item.Text("metadata", "annotations", annotation) == "true");

    private static string TokenRequests(PrintedObject driver) => driver.At("spec", "tokenRequests") is null
        ? Column.Unset
        : string.Join(',', driver.List("spec", "tokenRequests").Select(request => request.String("audience") ?? ""));

    private static string Lifecycles(PrintedObject driver)
    {
        string modes = string.Join(',', driver.Texts("spec", "volumeLifecycleModes"));
        return modes.Length == 0 ? Column.None : modes;
    }
}
