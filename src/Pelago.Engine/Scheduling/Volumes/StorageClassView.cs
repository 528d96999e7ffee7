// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>How claims of a class get their volumes.</summary>
internal sealed record StorageClassView(string Name, string Provisioner, bool WaitsForConsumer)
{
    public bool CanProvision => Provisioner.Length > 0 && Provisioner != "kubernetes.io/no-provisioner";

    public static StorageClassView Read(ReadOnlyMemory<byte> json)
    {
        var storageClass = KubeObject.Parse(json);
        return new StorageClassView(storageClass.Name, storageClass.Json.String("provisioner") ?? "", storageClass.Json.String("volumeBindingMode") == "WaitForFirstConsumer");
    }
}
