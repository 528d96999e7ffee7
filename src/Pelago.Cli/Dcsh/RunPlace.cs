// SPDX-License-Identifier: Apache-2.0

using Pelago.Client;

namespace Pelago.Cli.Dcsh;

/// <summary>The pod in which a run lives, and a way into it.</summary>
internal sealed record RunPlace(HttpKubeApi Api, string Namespace, string Pod)
{
    private readonly PodStreams _streams = new(Api);

    public async Task<ExecSession> ExecAsync(string script, IReadOnlyList<string> arguments, bool stdin, bool terminal, CancellationToken cancel)
    {
        var request = new ExecRequest
        {
            Container = RunJob.Container, Command = ["/bin/sh", "-c", script, "dcsh", .. arguments], Stdin = stdin, Tty = terminal,
        };
        try
        {
            (ExecSession? session, Kube.ApiStatus? error) = await _streams.ExecAsync(Namespace, Pod, request, cancel);
            if (error is { Code: 403 })
                throw new RunFailure(RunFailure.Engine, $"exec in pod {Namespace}/{Pod}: {error.Message}");
            return session ?? throw new LostRunException($"exec in pod {Namespace}/{Pod}: {error!.Message}");
        }
        catch (ClusterUnreachableException e)
        {
            throw new LostRunException(e.Message);
        }
    }
}
