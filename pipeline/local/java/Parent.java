package wire.launcher;

/** Ends this process when the process that started it ends, even if that one was killed. */
final class Parent {
    private Parent() {}

    static void endWith(String pid) {
        ProcessHandle.of(Long.parseLong(pid)).ifPresentOrElse(
            parent -> parent.onExit().thenRun(() -> System.exit(0)), () -> System.exit(0));
    }
}
