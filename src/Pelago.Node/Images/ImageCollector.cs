// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Pelago.Client;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Images;

/// <summary>Size and free bytes of a disk.</summary>
internal readonly record struct DiskSpace(long Capacity, long Available)
{
    /// <summary>Of the disk that a directory is on.</summary>
    public static DiskSpace Of(string directory)
    {
        var disk = new System.IO.DriveInfo(directory);
        return new DiskSpace(disk.TotalSize, disk.AvailableFreeSpace);
    }
}

/// <summary>
/// Removes images when their disk gets full, those that were used longest ago first, and never one that a container is on (kubernetes
/// pkg/kubelet/images/image_gc_manager.go). Used by one loop.
/// </summary>
internal sealed partial class ImageCollector(
    IImageStore images, Func<CancellationToken, Task<ImageUse>> use, ImageCollectionOptions options, Func<DiskSpace> disk, EventRecorder events, string node,
    TimeProvider time, ILogger log)
{
    private readonly Dictionary<string, Seen> _seen = new(StringComparer.Ordinal);
    private readonly ObjectReference _node = new("v1", "Node", "", node, node, "", "");
    private bool _failedBefore;

    /// <summary>Looks again and again until cancelled.</summary>
    public async Task RunAsync(CancellationToken cancel)
    {
        // What is here at the start has been here: its age is not that of this process.
        await TryAsync(() => DetectAsync(DateTimeOffset.MinValue, cancel), cancel);
        using var timer = new PeriodicTimer(options.Period, time);
        while (await timer.WaitForNextTickAsync(cancel))
            await TryAsync(() => CollectAsync(cancel), cancel);
    }

    /// <summary>Looks once. What cannot be done is a <see cref="RuntimeException"/>.</summary>
    public async Task CollectAsync(CancellationToken cancel)
    {
        DateTimeOffset now = time.GetUtcNow();
        List<ImageStatus> unused = await DetectAsync(now, cancel);
        DiskSpace space = disk();
        if (space.Capacity <= 0)
        {
            events.Warning(_node, "InvalidDiskCapacity", $"invalid capacity {space.Capacity} on image filesystem");
            throw new RuntimeException("InvalidDiskCapacity", $"invalid capacity {space.Capacity} on image filesystem");
        }
        long available = Math.Min(space.Available, space.Capacity);
        long usedPercent = 100 - (available * 100 / space.Capacity);
        if (options.HighThresholdPercent >= 100 || usedPercent < options.HighThresholdPercent)
            return;
        long wanted = (space.Capacity * (100 - options.LowThresholdPercent) / 100) - available;
        Log.Full(log, node, usedPercent, options.HighThresholdPercent, wanted);
        long freed = await FreeAsync(unused, wanted, now, cancel);
        if (freed >= wanted)
            return;
        string message = $"Failed to garbage collect required amount of images. Attempted to free {wanted} bytes, but only found {freed} bytes eligible to free.";
        events.Warning(_node, "FreeDiskSpaceFailed", message);
        throw new RuntimeException("FreeDiskSpaceFailed", message);
    }

    /// <summary>Notes which images there are and which are in use; those that are not, the one used longest ago first.</summary>
    private async Task<List<ImageStatus>> DetectAsync(DateTimeOffset since, CancellationToken cancel)
    {
        DateTimeOffset now = time.GetUtcNow();
        IReadOnlyList<ImageStatus> all = await images.ListAsync(cancel);
        ImageUse used = await use(cancel);
        var unused = new List<ImageStatus>();
        foreach (ImageStatus image in all)
        {
            Seen seen = _seen.TryGetValue(image.Id, out Seen? known) ? known : _seen[image.Id] = new Seen(since);
            if (image.Pinned || used.Of(image).Count > 0)
                seen.LastUsed = now;
            else
                unused.Add(image);
        }
        var ids = all.Select(image => image.Id).ToHashSet(StringComparer.Ordinal);
        foreach (string gone in _seen.Keys.Where(id => !ids.Contains(id)).ToList())
            _seen.Remove(gone);
        return [.. unused.OrderBy(image => _seen[image.Id].LastUsed).ThenBy(image => _seen[image.Id].FirstDetected)];
    }

    private async Task<long> FreeAsync(List<ImageStatus> unused, long wanted, DateTimeOffset now, CancellationToken cancel)
    {
        long freed = 0;
        foreach (ImageStatus image in unused.Where(image => now - _seen[image.Id].FirstDetected >= options.MinimumAge))
        {
            if (freed >= wanted)
                break;
            if (!await TryRemoveAsync(image, cancel))
                continue;
            freed += (long)image.Size;
            _seen.Remove(image.Id);
        }
        return freed;
    }

    /// <summary>One that cannot be removed does not keep the others.</summary>
    private async Task<bool> TryRemoveAsync(ImageStatus image, CancellationToken cancel)
    {
        try
        {
            // A pod may have begun on it meanwhile.
            if ((await use(cancel)).Of(image).Count > 0)
                return false;
            await images.RemoveAsync(image.Id, cancel);
            Log.Removed(log, node, image.Names.FirstOrDefault(image.Id), image.Size);
            return true;
        }
        catch (RuntimeException fault)
        {
            Log.NotRemoved(log, node, image.Names.FirstOrDefault(image.Id), fault.Message);
            return false;
        }
    }

    /// <summary>A first failure may be that of a moment; the second one in a row is said to everybody.</summary>
    private async Task TryAsync(Func<Task> work, CancellationToken cancel)
    {
        try
        {
            await work();
            _failedBefore = false;
        }
        catch (Exception fault) when (fault is RuntimeException or System.IO.IOException && !cancel.IsCancellationRequested)
        {
            Log.Failed(log, node, fault.Message);
            if (_failedBefore)
                events.Warning(_node, "ImageGCFailed", fault.Message);
            _failedBefore = true;
        }
    }

    private sealed class Seen(DateTimeOffset firstDetected)
    {
        public DateTimeOffset FirstDetected => firstDetected;

        public DateTimeOffset LastUsed { get; set; } = DateTimeOffset.MinValue;
    }

    private static partial class Log
    {
        [LoggerMessage(4440, LogLevel.Information, "The disk of node {Node} is {Percent} % full, {Threshold} % is the limit: unused images of {Bytes} bytes are removed")]
        public static partial void Full(ILogger log, string node, long percent, int threshold, long bytes);

        [LoggerMessage(4441, LogLevel.Information, "Node {Node} removed the image {Image} of {Bytes} bytes, which nothing runs on")]
        public static partial void Removed(ILogger log, string node, string image, ulong bytes);

        [LoggerMessage(4442, LogLevel.Warning, "Node {Node} could not remove the image {Image}: {Why}")]
        public static partial void NotRemoved(ILogger log, string node, string image, string why);

        [LoggerMessage(4443, LogLevel.Warning, "The images of node {Node} were not collected: {Why}")]
        public static partial void Failed(ILogger log, string node, string why);
    }
}
