// SPDX-License-Identifier: Apache-2.0

using System.IO;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pelago.Client;
using Pelago.Kube;
using Pelago.Node.Images;
using Pelago.Node.Runtimes;
using Pelago.TestKit.Node;
using Xunit;

namespace Pelago.Node.Tests.Images;

public sealed class ImageCollectorTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
    private readonly MemoryCluster _cluster = new(TimeProvider.System);
    private readonly CancellationTokenSource _stop = new();
    private readonly Store _store = new();
    private readonly ImageCollector _collector;
    private readonly EventRecorder _events;
    private readonly HashSet<string> _used = [];
    private DiskSpace _disk = new(1000, 100);
    private Action? _diskAsked;
    private Task _running = Task.CompletedTask;

    public ImageCollectorTests()
    {
        _events = new EventRecorder(_cluster, "kubelet", "node-1", TimeProvider.System, NullLogger.Instance);
        _collector = new ImageCollector(_store, _ => Task.FromResult(Use()), new ImageCollectionOptions(), Disk, _events, "node-1", _time, NullLogger.Instance);
    }

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _running = _events.RunAsync(_stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    [Fact]
    public async Task Below_the_threshold_nothing_is_removed()
    {
        _store.Add("a", 500);
        _disk = new DiskSpace(1000, 160);

        await AgedAsync();
        await _collector.CollectAsync(Cancel);

        Assert.Equal(["a"], _store.Ids);
    }

    [Fact]
    public async Task Just_enough_is_removed_and_what_was_used_longest_ago_goes_first()
    {
        foreach (string id in new[] { "new", "old", "middle" })
            _store.Add(id, 60);
        foreach (string id in new[] { "old", "middle", "new" })
        {
            _used.Clear();
            _used.Add(id);
            _disk = new DiskSpace(1000, 1000);
            await _collector.CollectAsync(Cancel);
            _time.Advance(TimeSpan.FromMinutes(5));
        }
        _used.Clear();
        _disk = new DiskSpace(1000, 150);

        await _collector.CollectAsync(Cancel);

        Assert.Equal(["new", "middle"], _store.Ids);
    }

    [Fact]
    public async Task What_is_in_use_young_or_the_runtimes_own_stays_and_the_failure_is_an_event()
    {
        _store.Add("used", 400);
        _store.Add("pinned", 400, pinned: true);
        _used.Add("used");
        await AgedAsync();
        _store.Add("young", 400);

        RuntimeException refused = await Assert.ThrowsAsync<RuntimeException>(() => _collector.CollectAsync(Cancel));

        const string Message = "Failed to garbage collect required amount of images. Attempted to free 100 bytes, but only found 0 bytes eligible to free.";
        Assert.Equal(Message, refused.Message);
        Assert.Equal(["used", "pinned", "young"], _store.Ids);
        await EventAsync("FreeDiskSpaceFailed", Message);
        _time.Advance(TimeSpan.FromMinutes(2));
        await _collector.CollectAsync(Cancel);
        Assert.Equal(["used", "pinned"], _store.Ids);
    }

    [Fact]
    public async Task An_image_that_cannot_be_removed_does_not_keep_the_others()
    {
        _store.Add("stuck", 400);
        _store.Add("free", 400);
        _store.Stuck = "stuck";
        await AgedAsync();

        await _collector.CollectAsync(Cancel);

        Assert.Equal(["stuck"], _store.Ids);
    }

    [Fact]
    public async Task A_pod_that_begins_on_an_image_meanwhile_keeps_it()
    {
        _store.Add("a", 400);
        await AgedAsync();
        _diskAsked = () => _used.Add("a");

        await Assert.ThrowsAsync<RuntimeException>(() => _collector.CollectAsync(Cancel));

        Assert.Equal(["a"], _store.Ids);
    }

    [Fact]
    public async Task Failures_in_a_row_are_an_event_of_the_node()
    {
        _disk = new DiskSpace(0, 0);
        using var stop = new CancellationTokenSource();
        Task running = _collector.RunAsync(stop.Token);
        await Eventually.TrueAsync(() => _store.Lists > 0, Cancel);

        await Eventually.GetAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromMinutes(5));
                return Task.FromResult(_cluster.All("events").Any(item => item.String("reason") == "ImageGCFailed"));
            },
            seen => seen, Cancel);

        await EventAsync("ImageGCFailed", "invalid capacity 0 on image filesystem");
        await EventAsync("InvalidDiskCapacity", "invalid capacity 0 on image filesystem");
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    }

    [Fact]
    public void A_node_says_its_largest_images_with_few_names_each()
    {
        ImageStatus[] images = [.. Enumerable.Range(0, 60).Select(i => new ImageStatus($"sha256:{i:D2}", (ulong)i, 0) { Names = [.. Enumerable.Range(0, 9).Select(n => $"app{i}:{n}")], Digests = [$"app{i}@sha256:0"] })];

        var said = ImageReport.Of(images.Append(new ImageStatus("sha256:nameless", 1000, 0)));

        Assert.Equal(Enumerable.Range(10, 50).Reverse().Select(i => (long?)i), said.Select(image => image.SizeBytes));
        Assert.Equal(["app59@sha256:0", "app59:0", "app59:1", "app59:2", "app59:3"], said[0].Names);
    }

    private DiskSpace Disk()
    {
        _diskAsked?.Invoke();
        return _disk;
    }

    private async Task AgedAsync()
    {
        DiskSpace full = _disk;
        _disk = new DiskSpace(1000, 1000);
        await _collector.CollectAsync(Cancel);
        _time.Advance(TimeSpan.FromMinutes(2));
        _disk = full;
    }

    private Task<bool> EventAsync(string reason, string message) => Eventually.TrueAsync(
        () => _cluster.All("events").Any(item => item.String("reason") == reason && item.String("message") == message
            && item.Object("involvedObject")!.String("kind") == "Node" && item.Object("involvedObject")!.String("name") == "node-1"),
        Cancel);

    private ImageUse Use() => new(
        [.. _used.Select(id => new ContainerStatus { Id = id, SandboxId = id, PodUid = id, Name = "main", Attempt = 0, State = ContainerState.Exited, CreatedAt = default, ImageId = id })],
        new Dictionary<string, string>());

    private sealed class Store : IImageStore
    {
        private readonly List<ImageStatus> _images = [];

        public IEnumerable<string> Ids => _images.Select(image => image.Id);

        public string? Stuck { get; set; }

        public int Lists { get; private set; }

        public void Add(string id, ulong size, bool pinned = false) => _images.Add(new ImageStatus(id, size, 0) { Names = [$"{id}:1"], Pinned = pinned });

        public Task<IReadOnlyList<ImageStatus>> ListAsync(CancellationToken cancel)
        {
            Lists++;
            IReadOnlyList<ImageStatus> now = [.. _images];
            return Task.FromResult(now);
        }

        public Task<bool> RemoveAsync(string image, CancellationToken cancel)
        {
            if (image == Stuck)
                throw new RuntimeException("ImageImportError", "stuck");
            return Task.FromResult(_images.RemoveAll(item => item.Id == image) > 0);
        }

        public Task<ImageStatus?> StatusAsync(string image, CancellationToken cancel) => throw new NotSupportedException();

        public Task<ImageStatus> PullAsync(string image, IReadOnlyList<ImageCredentials> credentials, CancellationToken cancel) => throw new NotSupportedException();

        public Task<IReadOnlyList<ImportedImage>> ImportAsync(Stream archive, string? name, CancellationToken cancel) => throw new NotSupportedException();
    }
}
