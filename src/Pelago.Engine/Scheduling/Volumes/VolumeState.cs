// SPDX-License-Identifier: Apache-2.0

using Pelago.Kube;

namespace Pelago.Engine.Scheduling;

/// <summary>Claims, volumes and storage classes, and what they say about nodes. One owner: the scheduler's loop.</summary>
internal sealed class VolumeState
{
    private readonly Dictionary<ObjectKey, ClaimView> _claims = [];
    private readonly Dictionary<string, VolumeView> _volumes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StorageClassView> _classes = new(StringComparer.Ordinal);

    /// <summary>Moves with every change.</summary>
    public long Version { get; private set; }

    public ClaimView? Claim(ObjectKey key) => _claims.GetValueOrDefault(key);

    public void Set(ClaimView claim) => Changed(_claims[claim.Key] = claim);

    public void Set(VolumeView volume) => Changed(_volumes[volume.Name] = volume);

    public void Set(StorageClassView storageClass) => Changed(_classes[storageClass.Name] = storageClass);

    public void RemoveClaim(ObjectKey key) => Changed(_claims.Remove(key));

    public void RemoveVolume(string name) => Changed(_volumes.Remove(name));

    public void RemoveClass(string name) => Changed(_classes.Remove(name));

    /// <summary>Why no node at all can take pods with these claims; null if that is not so.</summary>
    public string? Obstacle(PodClass pod)
    {
        foreach (string name in pod.Claims)
        {
            if (!_claims.TryGetValue(new ObjectKey(pod.Namespace, name), out ClaimView? claim))
                return $"persistentvolumeclaim {GoText.Quote(name)} not found";
            if (pod.Ephemeral is { } ephemeral && ephemeral.Claims.Contains(name)
                && EphemeralClaim.Obstacle(claim.Key, claim.ControllerUid, new ObjectKey(pod.Namespace, ephemeral.PodName), ephemeral.PodUid) is { } obstacle)
                return obstacle;
            if (!claim.IsBound && !WaitsForConsumer(claim))
                return "pod has unbound immediate PersistentVolumeClaims";
        }

        return null;
    }

    /// <summary>Why this node cannot give the pod its volumes; null if it can.</summary>
    public string? Obstacle(PodClass pod, NodeView node)
    {
        List<VolumeView>? chosen = null;
        foreach (string name in pod.Claims)
        {
            if (!_claims.TryGetValue(new ObjectKey(pod.Namespace, name), out ClaimView? claim))
                continue;
            if (claim.IsBound)
            {
                if (_volumes.TryGetValue(claim.VolumeName, out VolumeView? bound) && !bound.IsReachableFrom(node))
                    return "node(s) had volume node affinity conflict";
            }
            else if (claim.SelectedNode is { } selected && selected != node.Name && _classes.GetValueOrDefault(claim.StorageClass)?.CanProvision == true)
            {
                // Somebody is making the volume for that node already.
                return "node(s) didn't find available persistent volumes to bind";
            }
            else if (FindVolume(claim, node, chosen) is { } volume)
            {
                (chosen ??= []).Add(volume);
            }
            else if (_classes.GetValueOrDefault(claim.StorageClass)?.CanProvision != true)
            {
                return "node(s) didn't find available persistent volumes to bind";
            }
        }

        return null;
    }

    /// <summary>The claims that wait for the node to be known, each with the free volume it should get there; null: to be provisioned.</summary>
    public List<(ClaimView Claim, VolumeView? Volume)> Choices(PodClass pod, NodeView node)
    {
        var choices = new List<(ClaimView Claim, VolumeView? Volume)>();
        foreach (string name in pod.Claims)
        {
            if (_claims.TryGetValue(new ObjectKey(pod.Namespace, name), out ClaimView? claim) && !claim.IsBound)
                choices.Add((claim, FindVolume(claim, node, [.. choices.Where(choice => choice.Volume is not null).Select(choice => choice.Volume!)])));
        }

        return choices;
    }

    public bool AllBound(PodClass pod) => Array.TrueForAll(pod.Claims, name => _claims.GetValueOrDefault(new ObjectKey(pod.Namespace, name)) is { IsBound: true });

    private bool WaitsForConsumer(ClaimView claim) => _classes.GetValueOrDefault(claim.StorageClass) is { WaitsForConsumer: true };

    /// <summary>The smallest free volume that fits and can be reached; one that is reserved for the claim comes first.</summary>
    private VolumeView? FindVolume(ClaimView claim, NodeView node, List<VolumeView>? except) => _volumes.Values
        .Where(volume => volume.Fits(claim) && volume.IsReachableFrom(node) && except?.Contains(volume) != true)
        .OrderBy(volume => volume.ClaimedBy is null).ThenBy(volume => volume.Capacity).ThenBy(volume => volume.Name, StringComparer.Ordinal)
        .FirstOrDefault();

    private void Changed<T>(T _) => Version++;
}
