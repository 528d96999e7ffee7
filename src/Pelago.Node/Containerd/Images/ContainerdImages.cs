// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Runtime.InteropServices;
using Grpc.Core;
using Microsoft.Win32.SafeHandles;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Supervision;
using Pelago.Node.Native;
using Pelago.Node.Runtimes;

namespace Pelago.Node.Containerd.Images;

/// <summary>The images of a node's containerd.</summary>
internal sealed class ContainerdImages(ContainerdOptions options, ContainerdTools tools, ContainerdClient client, EventLoop loop, TimeProvider time) : IImageStore
{
    private const int MostOutput = 4096;
    private static readonly TimeSpan SeenPatience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Between = TimeSpan.FromMilliseconds(20);

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

    public async Task<ImageStatus> PullAsync(string image, IReadOnlyList<ImageCredentials> credentials, CancellationToken cancel)
    {
        RpcException? refused = null;
        foreach (ImageCredentials? credential in credentials.Append(null))
        {
            try
            {
                AuthConfig? auth = credential is null ? null : new AuthConfig { ServerAddress = credential.Server, Username = credential.User, Password = credential.Password };
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

    public async Task ImportAsync(string archive, CancellationToken cancel)
    {
        (SafeFileHandle read, SafeFileHandle write) = Descriptors.Pipe();
        ChildProcess ctr;
        using (write)
        {
            ctr = ChildProcess.Start(
                new SpawnRequest
                {
                    Path = tools.Ctr!, Arguments = [tools.Ctr!, "--address", options.Socket, "--namespace", "k8s.io", "images", "import", archive],
                    Environment = [new("PATH", ContainerdTools.SearchPath)], Files = [(write, 1), (write, 2)],
                },
                loop);
        }
        await using var output = new DescriptorStream(loop, read);
        string said = await ReadEndAsync(output, cancel);
        int code = await ctr.Exited.WaitAsync(cancel);
        if (code != 0)
            throw new RuntimeException("ImageImportError", $"the images in {archive} could not be imported (exit code {code}): {said.Trim()}");
    }

    /// <summary>The image of sandboxes, made here when it is not there yet.</summary>
    public async Task EnsurePauseAsync(CancellationToken cancel)
    {
        if (await StatusAsync(ContainerdConfig.PauseImage, cancel) is not null)
            return;
        string archive = Path.Combine(options.Directory, "pause.tar");
        var image = new ImageArchive { Names = [ContainerdConfig.PauseImage], EntryPoint = ["/pause"] };
        image.AddFile("pause", PauseProgram.Build(RuntimeInformation.OSArchitecture));
        image.WriteTo(archive);
        await ImportAsync(archive, cancel);
        File.Delete(archive);
        await WaitForAsync(ContainerdConfig.PauseImage, cancel);
    }

    /// <summary>CRI hears of an imported image by an event of its own, a moment later.</summary>
    public async Task WaitForAsync(string image, CancellationToken cancel)
    {
        long start = time.GetTimestamp();
        while (await StatusAsync(image, cancel) is null)
        {
            if (time.GetElapsedTime(start) > SeenPatience)
                throw new RuntimeException("ImageImportError", $"image \"{image}\" was imported, and containerd's CRI does not list it");
            await Task.Delay(Between, time, cancel);
        }
    }

    private static ImageStatus StatusOf(Image image) =>
        new(image.Id, image.Size, image.Uid is { } user ? user.Value : image.Username.Length == 0 ? 0 : null);

    private static async Task<string> ReadEndAsync(Stream stream, CancellationToken cancel)
    {
        var last = new System.Text.StringBuilder();
        using var reader = new StreamReader(stream, leaveOpen: true);
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            last.AppendLine(line);
            if (last.Length > MostOutput)
                last.Remove(0, last.Length - MostOutput);
        }
        return last.ToString();
    }
}
