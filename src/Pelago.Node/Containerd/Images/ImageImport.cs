// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Pelago.Node.Containerd.Images.Archives;
using Pelago.Node.Containerd.Protos.Diffs;
using Pelago.Node.Containerd.Protos.Images;
using Pelago.Node.Containerd.Protos.Snapshots;
using Pelago.Node.Containerd.Protos.Types;

namespace Pelago.Node.Containerd.Images;

/// <summary>
/// Puts checked images into containerd: content, then file systems, and names last of all, so that an image is listed whole or not at all. The labels
/// are how containerd's own garbage collection knows what belongs to what (containerd docs/garbage-collection.md).
/// </summary>
internal sealed class ImageImport(ContainerdClient client, ArchiveSpool spool, ImportLease lease)
{
    private const string Snapshotter = "overlayfs";
    private const string Reference = "containerd.io/gc.ref.";
    private readonly ContentWriter _content = new(client, lease);

    public async Task RunAsync(IReadOnlyList<ArchiveImage> images, CancellationToken cancel)
    {
        foreach (ArchiveImage image in images)
        {
            await WriteContentAsync(image, cancel);
            await UnpackAsync(image, cancel);
        }
        foreach (ArchiveImage image in images)
        {
            foreach (string name in image.Names)
                await NameAsync(name, image, cancel);
        }
    }

    private async Task WriteContentAsync(ArchiveImage image, CancellationToken cancel)
    {
        foreach (ArchiveLayer layer in image.Layers)
        {
            await using System.IO.Stream content = spool.Open(layer.File, "a layer");
            await _content.WriteAsync(content, layer.Digest, layer.Size, new Dictionary<string, string> { ["containerd.io/uncompressed"] = layer.DiffId }, cancel);
        }
        string chain = image.Layers.Aggregate("", (parent, layer) => Digest.ChainOf(parent, layer.DiffId));
        await _content.WriteAsync(image.Config, new Dictionary<string, string> { [$"{Reference}snapshot.{Snapshotter}"] = chain }, cancel);
        var parts = new Dictionary<string, string> { [$"{Reference}content.config"] = image.Config.Digest };
        for (int i = 0; i < image.Layers.Count; i++)
            parts.Add(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Reference}content.l.{i}"), image.Layers[i].Digest);
        await _content.WriteAsync(image.Manifest, parts, cancel);
    }

    private async Task UnpackAsync(ArchiveImage image, CancellationToken cancel)
    {
        string parent = "";
        foreach (ArchiveLayer layer in image.Layers)
        {
            string chain = Digest.ChainOf(parent, layer.DiffId);
            if (!await ExistsAsync(chain, cancel))
                await UnpackAsync(layer, parent, chain, cancel);
            parent = chain;
        }
    }

    private async Task UnpackAsync(ArchiveLayer layer, string parent, string chain, CancellationToken cancel)
    {
        string key = $"extract-{lease.Id} {chain}";
        PrepareSnapshotResponse prepared = await client.Snapshots.PrepareAsync(
            new PrepareSnapshotRequest { Snapshotter = Snapshotter, Key = key, Parent = parent }, lease.Headers, cancellationToken: cancel);
        try
        {
            var diff = new ContentDescriptor { MediaType = layer.MediaType, Digest = layer.Digest, Size = layer.Size };
            ApplyResponse applied = await client.Diffs.ApplyAsync(new ApplyRequest { Diff = diff, Mounts = { prepared.Mounts } }, lease.Headers, cancellationToken: cancel);
            if (applied.Applied.Digest != layer.DiffId)
                throw new ArchiveException($"the layer {layer.Digest} unpacked to {applied.Applied.Digest} and not to {layer.DiffId}");
            await client.Snapshots.CommitAsync(new CommitSnapshotRequest { Snapshotter = Snapshotter, Name = chain, Key = key }, lease.Headers, cancellationToken: cancel);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.AlreadyExists)
        {
            // Somebody pulled the same layer meanwhile.
            await RemoveAsync(key);
        }
        catch
        {
            await RemoveAsync(key);
            throw;
        }
    }

    private async Task RemoveAsync(string key)
    {
        try
        {
            await client.Snapshots.RemoveAsync(new RemoveSnapshotRequest { Snapshotter = Snapshotter, Key = key }, lease.Headers, cancellationToken: CancellationToken.None);
        }
        catch (RpcException)
        {
            // It goes with the lease.
        }
    }

    private async Task<bool> ExistsAsync(string chain, CancellationToken cancel)
    {
        try
        {
            await client.Snapshots.StatAsync(new StatSnapshotRequest { Snapshotter = Snapshotter, Key = chain }, lease.Headers, cancellationToken: cancel);
            return true;
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.NotFound)
        {
            return false;
        }
    }

    private async Task NameAsync(string name, ArchiveImage image, CancellationToken cancel)
    {
        var target = new ContentDescriptor { MediaType = image.Manifest.MediaType, Digest = image.Manifest.Digest, Size = image.Manifest.Content.Length };
        var named = new Image { Name = name, Target = target };
        try
        {
            await client.Names.CreateAsync(new CreateImageRequest { Image = named }, lease.Headers, cancellationToken: cancel);
        }
        catch (RpcException fault) when (fault.StatusCode == StatusCode.AlreadyExists)
        {
            await client.Names.UpdateAsync(
                new UpdateImageRequest { Image = named, UpdateMask = new FieldMask { Paths = { "target" } } }, lease.Headers, cancellationToken: cancel);
        }
    }
}
