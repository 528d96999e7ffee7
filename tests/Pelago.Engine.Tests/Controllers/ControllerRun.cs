// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging.Abstractions;
using Pelago.Client;
using Pelago.Engine.Controllers;

namespace Pelago.Engine.Tests.Controllers;

/// <summary>Some controllers by themselves, on a clock of the test's choice, until disposed.</summary>
internal sealed class ControllerRun : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public ControllerRun(IKubeApi api, TimeProvider time, params Func<ControllerContext, IController>[] make)
    {
        var context = new ControllerContext(api, ControllerOptions.Default, NullLoggerFactory.Instance, time);
        IController[] controllers = [.. make.Select(one => one(context))];
        context.Informers.Start(_stop.Token);
        _running = Task.WhenAll(
        [
            .. controllers.Select(controller => controller.RunAsync(_stop.Token)),
            .. context.Recorders.Select(recorder => recorder.RunAsync(_stop.Token)),
            context.Informers.StoppedAsync(),
        ]);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }
}
