// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Kube;

/// <summary>
/// The PersistentVolumeClaim of a pod's ephemeral volume: what it is called, and whose it is (kubernetes component-helpers storage/ephemeral).
/// </summary>
public static class EphemeralClaim
{
    /// <summary>Its name, in the namespace of the pod.</summary>
    /// <param name="pod">The pod.</param>
    /// <param name="volume">The volume, as the pod calls it.</param>
    public static string NameOf(string pod, string volume) => $"{pod}-{volume}";

    /// <summary>
    /// Why a claim that has the name is not the pod's; null: it is. Whoever may make claims could choose a name that a pod's volume will have, and be mounted there.
    /// </summary>
    /// <param name="claim">The claim that was found.</param>
    /// <param name="controllerUid">The uid of the owner that is its controller; null: it has none.</param>
    /// <param name="pod">The pod.</param>
    /// <param name="podUid">Its uid: another pod may have had the name.</param>
    public static string? Obstacle(ObjectKey claim, string? controllerUid, ObjectKey pod, string podUid) =>
        controllerUid == podUid ? null : $"PVC {claim} was not created for pod {pod} (pod is not owner)";
}
