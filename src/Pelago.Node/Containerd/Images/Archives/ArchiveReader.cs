// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Node.Containerd.Images.Archives;

/// <summary>The images of an archive, wholly checked: nothing of it has to be distrusted any more. What is wrong is an <see cref="ArchiveException"/>.</summary>
internal static class ArchiveReader
{
    /// <param name="name">What the one image of the archive is to be called; null: as the archive says.</param>
    public static async Task<IReadOnlyList<ArchiveImage>> ReadAsync(ArchiveSpool spool, string? name, ArchiveLimits limits, CancellationToken cancel)
    {
        List<ArchiveImage> images = spool.SizeOf(OciLayout.IndexFile) is not null ? await new OciLayout(spool, limits).ReadAsync(cancel)
            : spool.SizeOf(DockerArchive.ManifestFile) is not null ? await new DockerArchive(spool, limits).ReadAsync(cancel)
            : throw new ArchiveException(
                $"the archive is no image: it has neither {OciLayout.IndexFile} (an OCI layout) nor {DockerArchive.ManifestFile} (docker save). A root file system alone (docker export) is no image either");
        var layers = new LayerCheck(spool, limits);
        foreach (ArchiveLayer layer in images.SelectMany(image => image.Layers))
            await layers.CheckAsync(layer, cancel);
        return Named(images, name);
    }

    private static List<ArchiveImage> Named(List<ArchiveImage> images, string? name)
    {
        if (name is not null)
        {
            return images is [var only]
                ? [only with { Names = [ImageReference.Parse(name)] }]
                : throw new ArchiveException($"the archive has {images.Count} images, and a name was given for one: leave the name out, or save them one by one");
        }
        return images.TrueForAll(image => image.Names.Count > 0)
            ? images
            : throw new ArchiveException("the archive does not say what its image is called: give it a name (pelago image import FILE --name REF)");
    }
}
