// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Globalization;
using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Pods;

/// <summary>
/// Sees to it that a container's image is on the node, by its pull policy, and waits ever longer after failures (kubernetes
/// pkg/kubelet/images EnsureImageExists). One for a node; thread-safe.
/// </summary>
internal sealed class ImagePuller(IImageStore store, TimeProvider time)
{
    /// <summary>A name that is none gets no better by waiting.</summary>
    public const string InvalidName = "InvalidImageName";
    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Most = TimeSpan.FromMinutes(5);
    private readonly ConcurrentDictionary<(string Pod, string Image), Failure> _failures = new();

    /// <summary>The image, or why it is not there and how long until it is tried again.</summary>
    public async Task<ImageOutcome> EnsureAsync(
        V1Pod pod, PodContainer container, IReadOnlyList<ImageCredentials> credentials, PodEvents events, CancellationToken cancel)
    {
        string image = container.Spec.Image ?? "";
        string policy = container.Spec.ImagePullPolicy ?? "IfNotPresent";
        (string Uid, string Image) key = (pod.Metadata.Uid, image);
        try
        {
            ImageStatus? present = await store.StatusAsync(image, cancel);
            if (present is not null && policy != "Always")
            {
                events.Normal(container, "Pulled", $"Container image \"{image}\" already present on machine");
                return new ImageOutcome(present, null, default);
            }
            if (present is null && policy == "Never")
            {
                string absent = $"Container image \"{image}\" is not present with pull policy of Never";
                events.Warning(container, "ErrImageNeverPull", absent);
                return Failed(events, container, "ErrImageNeverPull", absent, First);
            }
            if (_failures.TryGetValue(key, out Failure? last) && last.Until - time.GetUtcNow() is { Ticks: > 0 } left)
            {
                events.Normal(container, "BackOff", $"Back-off pulling image \"{image}\"");
                return Failed(events, container, "ImagePullBackOff", $"Back-off pulling image \"{image}\": {last.Reason}: {last.Message}", left);
            }
            return await PullAsync(image, container, credentials, events, key, cancel);
        }
        catch (RuntimeException fault)
        {
            return Failed(events, container, fault.Reason, fault.Message, First);
        }
    }

    /// <summary>The pod is gone.</summary>
    public void Forget(string podUid)
    {
        foreach ((string Pod, string Image) key in _failures.Keys.Where(key => key.Pod == podUid))
            _failures.TryRemove(key, out _);
    }

    private static ImageOutcome Failed(PodEvents events, PodContainer container, string reason, string message, TimeSpan retry)
    {
        events.Warning(container, "Failed", $"Error: {reason}");
        return new ImageOutcome(null, new WaitingReason(reason, message), retry);
    }

    private async Task<ImageOutcome> PullAsync(
        string image, PodContainer container, IReadOnlyList<ImageCredentials> credentials, PodEvents events, (string Uid, string Image) key, CancellationToken cancel)
    {
        events.Normal(container, "Pulling", $"Pulling image \"{image}\"");
        long start = time.GetTimestamp();
        try
        {
            ImageStatus pulled = await store.PullAsync(image, credentials, cancel);
            string took = time.GetElapsedTime(start).TotalSeconds.ToString("0.###", CultureInfo.InvariantCulture);
            events.Normal(container, "Pulled", $"Successfully pulled image \"{image}\" in {took}s ({took}s including waiting). Image size: {pulled.Size} bytes.");
            _failures.TryRemove(key, out _);
            return new ImageOutcome(pulled, null, default);
        }
        catch (RuntimeException fault) when (fault.Reason != InvalidName)
        {
            events.Warning(container, "Failed", $"Failed to pull image \"{image}\": {fault.Message}");
            TimeSpan delay = _failures.TryGetValue(key, out Failure? last) && last.Delay * 2 is var twice ? (twice < Most ? twice : Most) : First;
            _failures[key] = new Failure(delay, time.GetUtcNow() + delay, fault.Reason, fault.Message);

            // At once again, for the status to say that it waits.
            return Failed(events, container, fault.Reason, fault.Message, TimeSpan.FromSeconds(1));
        }
    }

    private sealed record Failure(TimeSpan Delay, DateTimeOffset Until, string Reason, string Message);
}

/// <summary>Exactly one of image and failure is there.</summary>
internal readonly record struct ImageOutcome(ImageStatus? Image, WaitingReason? Failure, TimeSpan Retry);
