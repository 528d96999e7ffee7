// SPDX-License-Identifier: Apache-2.0

using System.IO;
using System.IO.Pipelines;
using System.Text;
using Pelago.Kube;

namespace Pelago.Client.Tasks;

/// <summary>A command in a container whose output is read like a file: a read at its end fails when the command failed. Disposing it ends the command.</summary>
internal sealed class ContainerCommand : IAsyncDisposable
{
    private const int MostErrors = 4096;
    private static readonly PipeOptions Bounds = new(pauseWriterThreshold: 1 << 20, resumeWriterThreshold: 512 << 10);
    private readonly ExecSession _session;
    private readonly Pipe _pipe = new(Bounds);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    private ContainerCommand(ExecSession session, string what, int lastGood)
    {
        _session = session;
        Output = _pipe.Reader.AsStream();
        _running = RunAsync(what, lastGood);
    }

    public Stream Output { get; }

    /// <param name="api">The cluster.</param>
    /// <param name="place">The container.</param>
    /// <param name="command">The words of the command.</param>
    /// <param name="lastGood">The highest exit code that is no failure.</param>
    /// <param name="cancel">Ends the start, not what runs.</param>
    public static async Task<ContainerCommand> StartAsync(HttpKubeApi api, TaskPlace place, IReadOnlyList<string> command, int lastGood, CancellationToken cancel)
    {
        var request = new ExecRequest { Container = place.Container, Command = command };
        (ExecSession? session, ApiStatus? error) = await new PodStreams(api).ExecAsync(place.Namespace, place.Pod, request, cancel);
        return session is null ? throw new ApiStatusException(error!) : new ContainerCommand(session, command[0], lastGood);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _pipe.Reader.CompleteAsync();
        await _session.DisposeAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync(string what, int lastGood)
    {
        var errors = new MemoryStream();
        Exception? fault = null;
        try
        {
            ExecOutcome outcome = await _session.CopyAsync(null, _pipe.Writer.AsStream(), errors, _stop.Token);
            string said = Encoding.UTF8.GetString(errors.GetBuffer(), 0, (int)Math.Min(errors.Length, MostErrors)).Trim().ReplaceLineEndings("; ");
            if (outcome.Error is { } error)
                fault = new IOException($"{what} in the container: {error.Message}");
            else if (outcome.ExitCode > lastGood)
                fault = new IOException($"{what} in the container ended with {outcome.ExitCode}{(said.Length > 0 ? $": {said}" : "")}");
        }
        catch (Exception broken) when (broken is IOException or OperationCanceledException or InvalidOperationException)
        {
            fault = new IOException($"{what} in the container broke off: {broken.Message}", broken);
        }
        await _pipe.Writer.CompleteAsync(fault);
    }
}
