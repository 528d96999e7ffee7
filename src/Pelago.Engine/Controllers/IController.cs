// SPDX-License-Identifier: Apache-2.0

namespace Pelago.Engine.Controllers;

/// <summary>One control loop of the set. Its constructor registers with the shared informers; running does the rest.</summary>
internal interface IController
{
    Task RunAsync(CancellationToken cancel);
}
