// SPDX-License-Identifier: Apache-2.0

using k8s.Models;
using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Node.Pods;
using Xunit;

namespace Pelago.Node.Tests.Pods;

/// <summary>A watch that tells of the writer's own writes, before or after the writer has its answer.</summary>
public sealed class StatusWriterTests : IAsyncLifetime
{
    private readonly HeldPatch _api = new();
    private readonly StatusWriter _writer;
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public StatusWriterTests() => _writer = new StatusWriter(_api, TimeProvider.System, NullLogger.Instance);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _running = _writer.RunAsync(concurrency: 1, _stop.Token);
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        try
        {
            await _running;
        }
        catch (OperationCanceledException)
        {
            // That is how it ends; a fault would fail the test.
        }
        _writer.Dispose();
        _stop.Dispose();
    }

    [Fact]
    public async Task What_a_write_made_is_no_news()
    {
        _writer.Set(Pod("1", "Pending"), new V1PodStatus { Phase = "Running" });
        _api.Answer("2");
        await Task.WhenAny(_running, _writer.FlushAsync("uid", Cancel));
        await Task.WhenAny(_running, _api.Returned);

        Assert.True(_writer.IsOwnWrite(Pod("2", "Running"), Unexpected));
        Assert.False(_writer.IsOwnWrite(Pod("3", "Running"), Unexpected));
    }

    [Fact]
    public async Task What_comes_before_the_answer_is_news_when_the_answer_says_so()
    {
        var woken = new TaskCompletionSource();
        _writer.Set(Pod("1", "Pending"), new V1PodStatus { Phase = "Running" });
        await Task.WhenAny(_running, _api.Asked);

        Assert.True(_writer.IsOwnWrite(Pod("2", "Pending"), woken.SetResult));
        Assert.False(_writer.IsOwnWrite(Pod("3", "Running"), Unexpected));
        _api.Answer("3");

        await woken.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancel);
    }

    [Fact]
    public async Task What_comes_before_the_answer_is_no_news_when_it_is_what_was_written()
    {
        _writer.Set(Pod("1", "Pending"), new V1PodStatus { Phase = "Running" });
        await Task.WhenAny(_running, _api.Asked);

        Assert.True(_writer.IsOwnWrite(Pod("2", "Running"), Unexpected));
        _api.Answer("2");
        await Task.WhenAny(_running, _writer.FlushAsync("uid", Cancel));
        await Task.WhenAny(_running, _api.Returned);

        Assert.Equal("Running", _writer.Known(Pod("1", "Pending"))!.Phase);
    }

    [Fact]
    public void A_status_that_was_overtaken_is_not_set()
    {
        V1Pod pod = Pod("1", "Pending");
        int before = _writer.Sets("uid");
        _writer.Set(pod, new V1PodStatus { Phase = "Running" });

        _writer.SetAfter(before, pod, new V1PodStatus { Phase = "Pending" });

        Assert.Equal(1, _writer.Sets("uid"));
        _api.Answer("2");
    }

    private static void Unexpected() => Assert.Fail("nobody was to be woken");

    private static V1Pod Pod(string version, string phase) => new()
    {
        Metadata = new V1ObjectMeta { NamespaceProperty = "default", Name = "web", Uid = "uid", ResourceVersion = version },
        Status = new V1PodStatus { Phase = phase },
    };

    /// <summary>An API server that answers a patch when it is told to.</summary>
    private sealed class HeldPatch : IKubeApi
    {
        private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<string> _version = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _returned = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Cluster => "held";
        public Task Asked => _asked.Task;
        public Task Returned => _returned.Task;

        public void Answer(string version) => _version.SetResult(version);

        public async Task<ApiResult> PatchAsync(ResourcePath path, PatchType type, ReadOnlyMemory<byte> patch, WriteQuery query, CancellationToken cancel)
        {
            _asked.TrySetResult();
            string version = await _version.Task.WaitAsync(cancel);
            _returned.TrySetResult();
            return new ApiResult(ModelJson.Encode(Pod(version, "Running")), null);
        }

        public Task<ApiResult> GetAsync(ResourcePath path, CancellationToken cancel) => throw new NotSupportedException();
        public Task<ApiResult> GetRawAsync(string path, CancellationToken cancel) => throw new NotSupportedException();
        public Task<ApiResult> ListAsync(ResourcePath path, ListQuery query, CancellationToken cancel) => throw new NotSupportedException();
        public IAsyncEnumerable<RawWatchEvent> WatchAsync(ResourcePath path, ListQuery query, CancellationToken cancel) => throw new NotSupportedException();
        public Task<ApiResult> CreateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) => throw new NotSupportedException();
        public Task<ApiResult> UpdateAsync(ResourcePath path, ReadOnlyMemory<byte> body, WriteQuery query, CancellationToken cancel) => throw new NotSupportedException();
        public Task<ApiResult> DeleteAsync(ResourcePath path, DeleteQuery query, CancellationToken cancel) => throw new NotSupportedException();
    }
}
