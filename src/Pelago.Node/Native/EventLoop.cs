// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace Pelago.Node.Native;

/// <summary>What a descriptor's readiness means to its owner. Called on the loop's thread, which must never wait.</summary>
internal interface IReadiness
{
    void OnReady(uint events);
}

/// <summary>
/// One thread that waits on all pipes and processes of a runtime (epoll), so that a thousand containers cost no threads.
/// Add, Remove and Post may be called from any thread; callbacks run on the loop's thread only.
/// </summary>
internal sealed unsafe partial class EventLoop : IDisposable
{
    private const int Add_ = 1;
    private const int Delete_ = 2;
    private const int Modify_ = 3;
    private const int EventsPerWait = 128;

    // struct epoll_event is packed on x86-64 only.
    private static readonly int EventSize = RuntimeInformation.ProcessArchitecture == Architecture.X64 ? 12 : 16;
    private static readonly int DataOffset = EventSize - 8;

    private readonly SafeFileHandle _epoll;
    private readonly SafeFileHandle _wake;
    private readonly ConcurrentDictionary<long, Registration> _registrations = new();
    private readonly ConcurrentQueue<Action> _posted = new();
    private readonly ILogger _log;
    private readonly Thread _thread;
    private long _lastToken;
    private volatile bool _stopping;

    public EventLoop(string name, ILogger log)
    {
        _log = log;
        _epoll = new SafeFileHandle(LibC.EpollCreate(LibC.CloseOnExec), ownsHandle: true);
        _wake = new SafeFileHandle(LibC.EventDescriptor(0, LibC.NonBlocking | LibC.CloseOnExec), ownsHandle: true);
        if (_epoll.IsInvalid || _wake.IsInvalid)
            throw Descriptors.Failure("create an epoll instance");
        Register(0, _wake, LibC.EpollIn, Add_);
        _thread = new Thread(Run) { Name = name, IsBackground = true };
        _thread.Start();
    }

    /// <summary>Starts waiting. The registration does not own the file: remove it before the file is closed.</summary>
    public Registration Add(SafeFileHandle file, uint events, IReadiness owner)
    {
        var registration = new Registration(Interlocked.Increment(ref _lastToken), file, owner);
        _registrations[registration.Token] = registration;
        Register(registration.Token, file, events, Add_);
        return registration;
    }

    /// <summary>Arms a one-shot registration again.</summary>
    public void Arm(Registration registration, uint events) => Register(registration.Token, registration.File, events, Modify_);

    /// <summary>After this no further callback of the registration starts; one may be running on the loop's thread.</summary>
    public void Remove(Registration registration)
    {
        if (!_registrations.TryRemove(registration.Token, out _))
            return;
        byte* unused = stackalloc byte[16];
        if (!registration.File.IsClosed)
            _ = LibC.EpollControl(_epoll, Delete_, registration.File, unused);
    }

    /// <summary>Runs an action on the loop's thread, after the events that are being handled now.</summary>
    public void Post(Action action)
    {
        _posted.Enqueue(action);
        Wake();
    }

    /// <summary>Runs an action on the loop's thread and waits for it; what it throws is thrown.</summary>
    public Task RunAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(() =>
        {
            try
            {
                action();
                done.SetResult();
            }
            catch (Exception fault)
            {
                done.SetException(fault);
            }
        });
        return done.Task;
    }

    public void Dispose()
    {
        _stopping = true;
        Wake();
        if (Thread.CurrentThread != _thread)
            _thread.Join();
        _epoll.Dispose();
        _wake.Dispose();
    }

    private void Wake()
    {
        long one = 1;
        _ = LibC.Write(_wake, (byte*)&one, 8);
    }

    private void Register(long token, SafeFileHandle file, uint events, int operation)
    {
        byte* item = stackalloc byte[16];
        var span = new Span<byte>(item, 16);
        BinaryPrimitives.WriteUInt32LittleEndian(span, events);
        BinaryPrimitives.WriteInt64LittleEndian(span[DataOffset..], token);
        if (LibC.EpollControl(_epoll, operation, file, item) < 0)
            throw Descriptors.Failure("watch a descriptor with epoll");
    }

    private void Run()
    {
        byte[] buffer = new byte[EventSize * EventsPerWait];
        while (!_stopping)
        {
            int count;
            fixed (byte* events = buffer)
                count = LibC.EpollWait(_epoll, events, EventsPerWait, -1);
            for (int i = 0; i < count; i++)
            {
                ReadOnlySpan<byte> item = buffer.AsSpan(i * EventSize, EventSize);
                Handle(BinaryPrimitives.ReadInt64LittleEndian(item[DataOffset..]), BinaryPrimitives.ReadUInt32LittleEndian(item));
            }
        }
    }

    private void Handle(long token, uint events)
    {
        if (token == 0)
        {
            long ignored;
            _ = LibC.Read(_wake, (byte*)&ignored, 8);
            while (_posted.TryDequeue(out Action? action))
                Guard(action);
            return;
        }
        if (_registrations.TryGetValue(token, out Registration? registration))
            Guard(() => registration.Owner.OnReady(events));
    }

    private void Guard(Action action)
    {
        try
        {
            action();
        }
        catch (Exception fault)
        {
            Log.CallbackFailed(_log, fault);
        }
    }

    /// <summary>One watched descriptor.</summary>
    internal sealed class Registration(long token, SafeFileHandle file, IReadiness owner)
    {
        public long Token { get; } = token;
        public SafeFileHandle File { get; } = file;
        public IReadiness Owner { get; } = owner;
    }

    private static partial class Log
    {
        [LoggerMessage(4001, LogLevel.Error, "A callback of the event loop failed; its descriptor is served again at the next event")]
        public static partial void CallbackFailed(ILogger log, Exception fault);
    }
}
