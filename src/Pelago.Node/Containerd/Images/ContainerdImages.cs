// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using Grpc.Core;
using Microsoft.Extensions.Logging;
using Pelago.Client.Local;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Protos.Images;
using Pelago.Node.Containerd.Supervision;
using Pelago.Node.Images;
using Pelago.Node.Pods;
using Pelago.Node.Runtimes;
using CriImage = Pelago.Node.Containerd.Protos.Cri.Image;
using ListImagesRequest = Pelago.Node.Containerd.Protos.Cri.ListImagesRequest;
using ListImagesResponse = Pelago.Node.Containerd.Protos.Cri.ListImagesResponse;

namespace Pelago.Node.Containerd.Images;

/// <summary>The images of a containerd.</summary>
internal sealed class ContainerdImages(ImageStoreOptions options, ContainerdClient client, TimeProvider time, ILogger log) : IImageStore
{
    private static readonly TimeSpan SeenPatience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);
    private readonly SpoolDisk _spools = new(Path.Combine(options.Directory, "imports"));
    private readonly SemaphoreSlim _oneImport = new(1);

    public async Task<ImageStatus?> StatusAsync(string image, CancellationToken cancel)
    {
        try
        {
            ImageStatusResponse answer = await client.Images.ImageStatusAsync(
                new ImageStatusRequest { Image = new ImageSpec { Image = image } }, cancellationToken: cancel);
            return answer.Image is { } found ? StatusOf(found) : null;
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException("ImageInspectError", $"Failed to inspect image \"{image}\": {fault.Status.Detail}", fault);
        }
    }

    public async Task<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancel)
    {
        try
        {
            ListImagesResponse answer = await client.Images.ListImagesAsync(new ListImagesRequest(), cancellationToken: cancel);
            return [.. answer.Images.Select(StatusOf)];
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException("ImageInspectError", $"the images of this node could not be listed: {fault.Status.Detail}", fault);
        }
    }

    public async Task<ImageStatus> PullAsync(string image, IReadOnlyList<ImageCredentials> credentials, CancellationToken cancel)
    {
        RpcException? refused = null;
        string reference = ImageReference.TryParse(image) ?? throw new RuntimeException(
            ImagePuller.InvalidName, $"Failed to apply default image tag \"{image}\": couldn't parse image name \"{image}\": invalid reference format");
        foreach (ImageCredentials? credential in ImageKeyring.For(reference, credentials).Append(null))
        {
            try
            {
                // Without an address: containerd drops credentials whose address it cannot read, and these are for this registry.
                AuthConfig? auth = credential is null ? null : new AuthConfig { Username = credential.User, Password = credential.Password };
                await client.Images.PullImageAsync(new PullImageRequest { Image = new ImageSpec { Image = image }, Auth = auth }, cancellationToken: cancel);
                return await StatusAsync(image, cancel) ?? throw new RuntimeException("ErrImagePull", $"image \"{image}\" was pulled and is not there");
            }
            catch (RpcException fault) when (!cancel.IsCancellationRequested)
            {
                refused ??= fault;
            }
        }
        throw new RuntimeException("ErrImagePull", refused!.Status.Detail, refused);
    }

    public Task<IReadOnlyList<ImportedImage>> ImportAsync(Stream archive, string? name, CancellationToken cancel) =>
        ImportAsync(archive, name, mayPin: false, cancel);

    private async Task<IReadOnlyList<ImportedImage>> ImportAsync(Stream archive, string? name, bool mayPin, CancellationToken cancel)
    {
        try
        {
            IReadOnlyList<ArchiveImage> images = await ImportCheckedAsync(archive, name, mayPin, cancel);
            foreach (ArchiveImage image in images)
                await WaitForAsync(image, cancel);
            return [.. images.Select(image => new ImportedImage(image.Id, image.Names))];
        }
        catch (ArchiveException refused)
        {
            throw new RuntimeException(ImageFault.Invalid, $"the image cannot be imported: {refused.Message}", refused);
        }
        catch (IOException fault) when (DiskFault.IsFull(fault))
        {
            throw Full(fault);
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw fault.Status.Detail.Contains("no space left on device", StringComparison.Ordinal) || fault.Status.Detail.Contains("disk quota exceeded", StringComparison.Ordinal)
                ? Full(fault)
                : new RuntimeException(ImageFault.Import, $"the image could not be put into containerd: {fault.Status.Detail}", fault);
        }
    }

    public async Task<bool> RemoveAsync(string image, CancellationToken cancel)
    {
        if (await StatusAsync(image, cancel) is not { } found)
            return false;
        if (found.Pinned)
            throw new RuntimeException(ImageFault.Invalid, $"image \"{image}\" cannot be removed: it is what this node makes pods of itself");
        try
        {
            string? name = ImageReference.TryParse(image);
            if (name is not null && found.Names.Contains(name) && found.Names.Count > 1)
                await client.Names.DeleteAsync(new DeleteImageRequest { Name = name, Sync = true }, ContainerdClient.InCriNamespace, cancellationToken: cancel);
            else
                await client.Images.RemoveImageAsync(new RemoveImageRequest { Image = new ImageSpec { Image = found.Id } }, cancellationToken: cancel);
            await UntilAsync(async () => await StatusAsync(image, cancel) is null, $"image \"{image}\" was removed, and containerd's CRI still lists it", cancel);
            return true;
        }
        catch (RpcException fault) when (!cancel.IsCancellationRequested)
        {
            throw new RuntimeException(ImageFault.Import, $"image \"{image}\" could not be removed: {fault.Status.Detail}", fault);
        }
    }

    /// <summary>Removes what killed imports left.</summary>
    public async Task RecoverAsync(CancellationToken cancel)
    {
        await ImportLease.EndAllAsync(client, log, cancel);
        foreach (string left in Directory.Exists(_spools.Directory) ? Directory.GetFiles(_spools.Directory) : [])
            File.Delete(left);
    }

    /// <summary>Makes the image of sandboxes when it is not there yet.</summary>
    public async Task EnsurePauseAsync(CancellationToken cancel)
    {
        if (await StatusAsync(ContainerdConfig.PauseImage, cancel) is not null)
            return;
        var image = new ImageArchive { Names = [ContainerdConfig.PauseImage], EntryPoint = ["/pause"] };
        image.AddFile("pause", PauseProgram.Build(RuntimeInformation.OSArchitecture));
        using var archive = new MemoryStream();
        image.WriteTo(archive);
        archive.Position = 0;
        await ImportAsync(archive, name: null, mayPin: true, cancel);
    }

    private async Task<IReadOnlyList<ArchiveImage>> ImportCheckedAsync(Stream archive, string? name, bool mayPin, CancellationToken cancel)
    {
        Directory.CreateDirectory(_spools.Directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        using ArchiveSpool spool = await ArchiveSpool.ReadAsync(archive, _spools, options.Limits, cancel);

        // Whoever sends slowly keeps nobody else. From here on one after the other: each takes disk and processors.
        await _oneImport.WaitAsync(cancel);
        ImportLease? lease = null;
        bool done = false;
        try
        {
            IReadOnlyList<ArchiveImage> images = await ArchiveReader.ReadAsync(spool, name, options.Limits, cancel);
            if (!mayPin && images.SelectMany(image => image.Names).Contains(options.Pinned))
                throw new ArchiveException($"\"{options.Pinned}\" is the image that this node makes pods of itself, and is not replaced: give yours another name");
            lease = await ImportLease.TakeAsync(client, time, cancel);
            await new ImageImport(client, spool, lease).RunAsync(images, cancel);
            done = true;
            return images;
        }
        finally
        {
            // The spool may hold the space that the disk has not.
            spool.Dispose();
            try
            {
                await (lease?.EndAsync(collect: !done, log) ?? Task.CompletedTask);
            }
            finally
            {
                _oneImport.Release();
            }
        }
    }

    /// <summary>CRI hears of an imported image by an event of its own, a moment later.</summary>
    private async Task WaitForAsync(ArchiveImage image, CancellationToken cancel)
    {
        foreach (string name in image.Names)
            await UntilAsync(async () => (await StatusAsync(name, cancel))?.Id == image.Id, $"image \"{name}\" was imported, and containerd's CRI does not list it", cancel);
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string otherwise, CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        while (!await condition())
        {
            if (time.GetElapsedTime(start) > SeenPatience)
                throw new RuntimeException(ImageFault.Import, otherwise);
            await Task.Delay(Between, time, cancel);
        }
    }

    private RuntimeException Full(Exception fault) => new(
        ImageFault.NoSpace,
        $"there is no space left on the disk of this node ({options.Directory}) for the image; nothing of it was kept. Free some space, or remove images (pelago image rm), and import it again",
        fault);

    private ImageStatus StatusOf(CriImage image) => new(image.Id, image.Size, image.Uid is { } user ? user.Value : image.Username.Length == 0 ? 0 : null)
    {
        UserName = image.Username, Names = [.. image.RepoTags], Digests = [.. image.RepoDigests], Pinned = image.Pinned || image.RepoTags.Contains(options.Pinned),
    };
}
