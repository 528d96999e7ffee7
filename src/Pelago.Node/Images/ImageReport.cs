// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Images;

/// <summary>
/// What a Node object says of its images: the largest fifty, each with at most five names (kubernetes pkg/kubelet/nodestatus/setters.go Images). The
/// scheduler of a cluster prefers nodes that have an image already by it.
/// </summary>
internal sealed class ImageReport(IImageStore images)
{
    private const int MostImages = 50;
    private const int MostNames = 5;
    private IList<V1ContainerImage> _last = [];

    /// <summary>Those of before, where they cannot be listed now.</summary>
    public async Task<IList<V1ContainerImage>> NowAsync(CancellationToken cancel)
    {
        try
        {
            return _last = Of(await images.ListAsync(cancel));
        }
        catch (RuntimeException)
        {
            return _last;
        }
    }

    public static IList<V1ContainerImage> Of(IEnumerable<ImageStatus> images) =>
    [
        .. images.Where(image => image.Names.Count + image.Digests.Count > 0).OrderByDescending(image => image.Size).ThenBy(image => image.Id, StringComparer.Ordinal).Take(MostImages)
            .Select(image => new V1ContainerImage { Names = [.. image.Digests.Concat(image.Names).Take(MostNames)], SizeBytes = (long)image.Size }),
    ];

    public static bool AreSame(IList<V1ContainerImage>? one, IList<V1ContainerImage>? other) =>
        (one ?? []).SequenceEqual(other ?? [], EqualityComparer<V1ContainerImage>.Create((a, b) => a!.SizeBytes == b!.SizeBytes && a.Names.SequenceEqual(b.Names)));
}
