// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.Text;
using Pelago.Cli.Operate.Files;
using Pelago.Client;
using Pelago.Client.Local;
using Pelago.Kube.Lines;
using Pelago.TestKit.Processes;
using Xunit;

namespace Pelago.Cli.Tests.Operate;

/// <summary>Directories that come out of tasks whose files are not all as they should be.</summary>
public sealed class FileDownloadTests : IDisposable
{
    private readonly TemporaryDirectory _here = new();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_file_that_fails_takes_nothing_from_those_after_it()
    {
        var task = new ScriptedFiles("a", "bad", "z") { Fails = path => path == "dir/bad" ? new IOException("no bytes today") : null };

        await task.DownloadAsync(_here["out"], Cancel);

        Assert.Equal(["a", "z"], Directory.GetFiles(_here["out"]).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_cluster_that_went_away_is_not_asked_for_one_file_after_the_other()
    {
        var task = new ScriptedFiles("a", "b") { Fails = _ => new ClusterUnreachableException("east", "gone") };

        await Assert.ThrowsAsync<ClusterUnreachableException>(() => task.DownloadAsync(_here["out"], Cancel));

        Assert.Equal(["dir/a"], task.Asked);
    }

    [Fact]
    public async Task A_name_that_leads_out_ends_it()
    {
        var task = new ScriptedFiles("a", "../out", "z");

        IOException refused = await Assert.ThrowsAsync<IOException>(() => task.DownloadAsync(_here["out/of"], Cancel));

        Assert.Contains("\"../out\" leads out of", refused.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(_here["out/of/z"]));
    }

    [Fact]
    public async Task What_is_no_file_here_is_not_replaced_by_one()
    {
        ProgramResult made = await ProgramRun.RunAsync("mkfifo", [_here["pipe"]], null, TimeSpan.FromSeconds(30), Cancel);
        var task = new ScriptedFiles();

        IOException refused = await Assert.ThrowsAsync<IOException>(() => new FileDownload(task, "ns/web.app", new Faults()).RunAsync("dir/a", _here["pipe"], all: false, Cancel));

        Assert.Equal(0, made.ExitCode);
        Assert.StartsWith($"{_here["pipe"]} is a pipe, a socket or a device, which a copy would take the place of", refused.Message, StringComparison.Ordinal);
        Assert.Empty(task.Asked);
        Assert.Equal((true, false), (Path.Exists(_here["pipe"]), UnixFile.IsPlain(_here["pipe"])));
    }

    public void Dispose() => _here.Dispose();

    /// <summary>A task with a directory <c>dir</c> of files that hold their own names.</summary>
    private sealed class ScriptedFiles(params string[] names) : ITaskFiles
    {
        public Func<string, Exception?> Fails { get; init; } = _ => null;

        public List<string> Asked { get; } = [];

        public Task DownloadAsync(string target, CancellationToken cancel) => new FileDownload(this, "ns/web.app", new Faults()).RunAsync("dir", target, all: true, cancel);

        public async IAsyncEnumerable<TaskFile> FindAsync(string path, FindRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancel)
        {
            await Task.Yield();
            yield return new TaskFile { Path = "", Type = 'd' };
            foreach (string name in names)
                yield return new TaskFile { Path = name, Type = 'f', Mode = 0b110_100_100 };
        }

        public Task<Stream> ReadAsync(string path, CancellationToken cancel)
        {
            Asked.Add(path);
            return Fails(path) is { } fault ? Task.FromException<Stream>(fault) : Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(path)));
        }

        public IAsyncEnumerable<TaskFile> UsageAsync(string path, int? depth, CancellationToken cancel) => throw new NotSupportedException();

        public Task<Stream> GrepAsync(LineQuery query, string? path, string? stream, CancellationToken cancel) => throw new NotSupportedException();

        public IAsyncEnumerable<FeedPiece> FeedAsync(FeedRequest request, CancellationToken cancel) => throw new NotSupportedException();
    }
}
