// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Net.Http;
using System.Net.Sockets;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Grpc.Net.Client;
using Pelago.Node.Containerd.Protos.Containers;
using Pelago.Node.Containerd.Protos.Contents;
using Pelago.Node.Containerd.Protos.Cri;
using Pelago.Node.Containerd.Protos.Diffs;
using Pelago.Node.Containerd.Protos.Events;
using Pelago.Node.Containerd.Protos.Leases;
using Pelago.Node.Containerd.Protos.Snapshots;
using Pelago.Node.Containerd.Protos.Tasks;
using ImageNames = Pelago.Node.Containerd.Protos.Images.Images;

namespace Pelago.Node.Containerd;

/// <summary>The services of a containerd, over its Unix socket. It connects again by itself when containerd has restarted.</summary>
internal sealed class ContainerdClient : IDisposable
{
    private const int MaxMessage = 16 * 1024 * 1024;
    private readonly GrpcChannel _channel;

    /// <param name="patience">How long a call may take that does not wait for something by itself; null: as long as a kubelet gives it.</param>
    public ContainerdClient(string socket, TimeSpan? patience = null)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancel) => ConnectAsync(socket, cancel), EnableMultipleHttp2Connections = true, UseProxy = false,
        };
        _channel = GrpcChannel.ForAddress(
            "http://containerd", new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true, MaxReceiveMessageSize = MaxMessage });
        CallInvoker bounded = _channel.Intercept(new CallDeadlines(patience ?? CallDeadlines.Usual));
        Runtime = new RuntimeService.RuntimeServiceClient(bounded);
        Images = new ImageService.ImageServiceClient(bounded);
        Tasks = new Tasks.TasksClient(bounded);
        Containers = new Containers.ContainersClient(bounded);
        Events = new Events.EventsClient(_channel);
        Content = new Content.ContentClient(_channel);
        Snapshots = new Snapshots.SnapshotsClient(_channel);
        Diffs = new Diff.DiffClient(_channel);
        Leases = new Leases.LeasesClient(_channel);
        Names = new ImageNames.ImagesClient(_channel);
    }

    /// <summary>The namespace that CRI keeps its containers in, for containerd's own services.</summary>
    public static Metadata InCriNamespace => new() { { "containerd-namespace", "k8s.io" } };

    public RuntimeService.RuntimeServiceClient Runtime { get; }
    public ImageService.ImageServiceClient Images { get; }
    public Tasks.TasksClient Tasks { get; }
    public Containers.ContainersClient Containers { get; }
    public Events.EventsClient Events { get; }
    public Content.ContentClient Content { get; }
    public Snapshots.SnapshotsClient Snapshots { get; }
    public Diff.DiffClient Diffs { get; }
    public Leases.LeasesClient Leases { get; }

    /// <summary>containerd's own images: names and what they stand for.</summary>
    public ImageNames.ImagesClient Names { get; }

    public void Dispose() => _channel.Dispose();

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancel)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
