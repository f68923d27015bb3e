"""The world `program`, exported. What is imported here is in the snapshot."""

from _runtray import archives

archives.install()

from _runtray import preload

import wit_world

from _runtray import absent, fresh, loop, program, waits
from _runtray.hidden import hidden

absent.install()
loop.install()
waits.install()
program.count_from_the_program()
fresh.forget_the_build()


class WitWorld(wit_world.WitWorld):
    def prepare(self, launch):
        fresh.restore(launch)
        program.warm_up(launch.optimize)

    @hidden
    def run(self, source):
        fresh.start_clocks()
        return program.run(source)
